/** Addresses of files: every list whole, oldest first, as the server streams it. */

export type ExportFormat = "csv" | "json";

const LISTS = {
  trades: "/api/trades/export",
  records: "/api/smartcontract/records/export",
  verifications: "/api/oracle/verifications/export",
  events: "/api/events/export",
} as const;

export type ExportedList = keyof typeof LISTS;
/** Only what is set narrows a file; the list's own filter fits. */
export type ExportFilter = Readonly<Partial<Record<string, string>>>;

export function exportAddress(list: ExportedList, format: ExportFormat, filter: ExportFilter = {}): string {
  return addressOf(LISTS[list], { format, ...filter });
}

const OF_A_FILL = ["market", "side", "from", "to"] as const;

/** Fills for tax tools; a fill has no outcome and no kind, so those parts of a filter say nothing about it. */
export function fillsAddress(filter: ExportFilter = {}): string {
  return addressOf("/api/trades/fills.csv", Object.fromEntries(OF_A_FILL.map((name) => [name, filter[name]])));
}

function addressOf(path: string, parts: ExportFilter): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parts)) if (value) query.set(name, value);
  return query.size > 0 ? `${path}?${query}` : path;
}
