import { queryOptions, useQuery, type QueryClient } from "@tanstack/react-query";
import { client } from "./client";
import { getCandles } from "./generated";
import { answerOf } from "./problem";
import type { Candles } from "./types";

const WHOLE = 500;
const TAIL = 24;

export function fetchCandles(symbol: string, limit: number, signal?: AbortSignal): Promise<Candles> {
  return answerOf(getCandles({ client, path: { symbol }, query: { limit }, signal }));
}

export const candlesKey = (symbol: string) => ["candles", symbol] as const;

/** The first fetch brings the whole span, every later one only the tail, joined to what is known if the two overlap. */
export function candlesQuery(symbol: string, cache: QueryClient) {
  return queryOptions({
    queryKey: candlesKey(symbol),
    queryFn: async ({ signal }) => {
      const known = cache.getQueryData<Candles>(candlesKey(symbol));
      if (known === undefined || known.candles.length === 0) return fetchCandles(symbol, WHOLE, signal);
      const tail = await fetchCandles(symbol, TAIL, signal);
      return joinCandles(known, tail) ?? fetchCandles(symbol, WHOLE, signal);
    },
    staleTime: Infinity,
  });
}

export function useCandles(symbol: string, cache: QueryClient, ready: boolean) {
  return useQuery({ ...candlesQuery(symbol, cache), enabled: ready && symbol !== "" });
}

/** `known` with `tail` laid over its end; `null` when there is a hole between them or time went back. */
export function joinCandles(known: Candles, tail: Candles): Candles | null {
  const first = tail.candles[0];
  const last = known.candles.at(-1);
  const newest = tail.candles.at(-1);
  if (first === undefined || last === undefined || newest === undefined) return null;
  if (first.open_time > last.open_time || newest.open_time < last.open_time) return null;
  const candles = [...known.candles.filter((candle) => candle.open_time < first.open_time), ...tail.candles].slice(-2000);
  const trades = [...known.trades.filter((trade) => trade.time < first.open_time), ...tail.trades];
  return { ...tail, candles, trades };
}
