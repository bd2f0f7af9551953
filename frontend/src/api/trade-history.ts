import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { client } from "./client";
import { getTradeHistory, type GetTradeHistoryData } from "./generated";
import { answerOf } from "./problem";

export type RuleId = NonNullable<NonNullable<GetTradeHistoryData["query"]>["rule"]>;

export interface HistoryFilter {
  market?: string;
  side?: "BUY" | "SELL";
  kind?: "ENTRY" | "EXIT";
  outcome?: string;
  rule?: RuleId;
  from?: string;
  to?: string;
}

const PAGE = 50;

export const tradeHistoryQuery = (filter: HistoryFilter) =>
  infiniteQueryOptions({
    queryKey: ["trade-history", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => answerOf(getTradeHistory({ client, query: { ...filter, cursor: pageParam, limit: PAGE }, signal })),
    getNextPageParam: (page) => page.next ?? undefined,
  });

export function useTradeHistory(filter: HistoryFilter, ready: boolean) {
  return useInfiniteQuery({ ...tradeHistoryQuery(filter), enabled: ready });
}
