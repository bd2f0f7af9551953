export function namespacesOf(file: string, seen?: Set<string>): Set<string>;
export function rooms(): Record<string, string[]>;
