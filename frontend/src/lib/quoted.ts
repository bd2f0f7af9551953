const MOST = 80;

/** What a reader wrote, to be shown back to him: no longer than it takes to know it again. */
export const quoted = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST)}…` : text);
