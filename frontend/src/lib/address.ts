/** Keep a page's own state in its address; the router would ask the server for the page again. Empty values are left out. */
export function keepInAddress(path: string, state: Readonly<Record<string, string | undefined>>): void {
  const query = new URLSearchParams(Object.entries(state).filter((entry): entry is [string, string] => Boolean(entry[1])));
  window.history.replaceState(null, "", query.size > 0 ? `${path}?${query}` : path);
}
