import { useQuery, type QueryClient } from "@tanstack/react-query";
import { client } from "./client";
import { getCandles } from "./generated";
import { answerOf } from "./problem";
import type { Candles } from "./types";

const WHOLE = 500;
const TAIL = 24;
const KEPT = 2000;

/** What can be drawn beside candles; the server computes it as the strategies do. */
export const INDICATORS = ["averages", "bollinger", "rsi", "macd", "volatility"] as const;
export type Indicator = (typeof INDICATORS)[number];

export function fetchCandles(symbol: string, indicators: readonly Indicator[], limit: number, signal?: AbortSignal): Promise<Candles> {
  return answerOf(getCandles({ client, path: { symbol }, query: { limit, indicators: indicators.join(",") }, signal }));
}

export const candlesKey = (symbol: string, indicators: readonly Indicator[]) => ["candles", symbol, indicators.join(",")] as const;

/** The first fetch brings the whole span, every later one only the tail, joined to what is known if the two overlap. */
export function useCandles(symbol: string, indicators: readonly Indicator[], cache: QueryClient, ready: boolean) {
  const queryKey = candlesKey(symbol, indicators);
  return useQuery<Candles>({
    queryKey,
    queryFn: async ({ signal }) => {
      const known = cache.getQueryData<Candles>(queryKey);
      if (known === undefined || known.candles.length === 0) return fetchCandles(symbol, indicators, WHOLE, signal);
      const tail = await fetchCandles(symbol, indicators, TAIL, signal);
      return joinCandles(known, tail) ?? fetchCandles(symbol, indicators, WHOLE, signal);
    },
    // Another choice of indicators leaves the candles where they are until it has come.
    placeholderData: (before) => (before?.market === symbol ? before : undefined),
    staleTime: Infinity,
    enabled: ready && symbol !== "",
  });
}

/** `known` with `tail` laid over its end; `null` when there is a hole between them, time went back, or curves differ. */
export function joinCandles(known: Candles, tail: Candles): Candles | null {
  const first = tail.candles[0];
  const last = known.candles.at(-1);
  const newest = tail.candles.at(-1);
  if (first === undefined || last === undefined || newest === undefined) return null;
  if (first.open_time > last.open_time || newest.open_time < last.open_time) return null;
  if (known.curves.length !== tail.curves.length) return null;
  const before = known.candles.filter((candle) => candle.open_time < first.open_time);
  const candles = [...before, ...tail.candles].slice(-KEPT);
  const trades = [...known.trades.filter((trade) => trade.time < first.open_time), ...tail.trades];
  const curves = tail.curves.map((curve, index) => ({
    name: curve.name,
    values: [...(known.curves[index]?.values.slice(0, before.length) ?? []), ...curve.values].slice(-KEPT),
  }));
  return { ...tail, candles, trades, curves };
}
