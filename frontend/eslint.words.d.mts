export const visibleWords: Record<string, unknown>;
export const preparedWords: { selector: string; message: string }[];
