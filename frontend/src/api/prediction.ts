import { queryOptions, useQuery } from "@tanstack/react-query";
import { client } from "./client";
import { getPrediction } from "./generated";
import { answerOf } from "./problem";

/** The opinion on the newest candle; `asOf` is the data's clock, which makes it a new question every candle. */
export const predictionQuery = (symbol: string, asOf: string | null) =>
  queryOptions({
    queryKey: ["prediction", symbol, asOf],
    queryFn: ({ signal }) => answerOf(getPrediction({ client, path: { symbol }, signal })),
    staleTime: Infinity,
    gcTime: 30_000,
    placeholderData: (before) => (before?.symbol === symbol || before?.market === symbol ? before : undefined),
  });

export function usePrediction(symbol: string, asOf: string | null) {
  return useQuery({ ...predictionQuery(symbol, asOf), enabled: symbol !== "" && asOf !== null });
}
