import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { client } from "./client";
import { previewExecute, previewExit, type OrderPreview } from "./generated";
import { answerOf } from "./problem";

export type { AssessedRule, BookBeside, OrderPreview } from "./generated";

/** The newest signal is committed a moment after its candle has closed, and prices move: look again. */
const EVERY_MS = 3000;
const shared = { refetchInterval: EVERY_MS, retry: false, gcTime: 30_000 } as const;

/** What executing would ask of the contract now, and what it says of that; without a size at the signal's own. */
export function useExecutePreview(symbol: string, size: string | undefined, clock: string | null, enabled: boolean) {
  return useQuery<OrderPreview>({
    ...shared,
    queryKey: ["preview", "execute", symbol, size ?? "", clock],
    queryFn: ({ signal }) => answerOf(previewExecute({ client, signal, path: { symbol }, query: size ? { size } : {} })),
    placeholderData: (before) => (before?.market === symbol ? before : undefined),
    enabled: enabled && symbol !== "",
  });
}

/** The same of an exit by hand; without a fraction of all that is held. */
export function exitPreviewQuery(symbol: string, fraction: string | undefined) {
  return queryOptions({
    ...shared,
    queryKey: ["preview", "exit", symbol, fraction ?? ""],
    queryFn: ({ signal }): Promise<OrderPreview> => answerOf(previewExit({ client, signal, path: { symbol }, query: fraction ? { fraction } : {} })),
  });
}

export function useExitPreview(symbol: string, fraction: string | undefined, enabled: boolean) {
  return useQuery({ ...exitPreviewQuery(symbol, fraction), enabled, placeholderData: keepPreviousData });
}
