import { queryOptions, useQuery } from "@tanstack/react-query";
import { client } from "./client";
import { getAnalytics, type Analytics } from "./generated";
import { answerOf } from "./problem";

export type { Analytics, CurvePoint, Latency, MarketResult, Metric, Month, ProfitBin, Rate, TradeResultRow, Uptime } from "./generated";
export type RuleCount = Analytics["rejections"][number];

/** Results move with each bar; nobody reads them faster than this. */
const EVERY_MS = 15_000;

export const analyticsQuery = queryOptions({
  queryKey: ["analytics"],
  queryFn: ({ signal }) => answerOf(getAnalytics({ client, query: { points: 500 }, signal })),
});

/** All results, asked for again while `live`: the line is up and the engine is there. */
export function useAnalytics(ready: boolean, live: boolean) {
  return useQuery({ ...analyticsQuery, enabled: ready, refetchInterval: live ? EVERY_MS : false });
}
