/** Strategies: what each is, which one is in use, and whether what it committed is what a back-test says. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client } from "./client";
import { compareLive, getLiveComparison, getStrategies } from "./generated";
import { answerOf } from "./problem";

export type { LiveComparison, Strategies, StrategyInUse, StrategyParameter, StrategySeen } from "./generated";

export const strategiesQuery = queryOptions({
  queryKey: ["strategies"],
  queryFn: ({ signal }) => answerOf(getStrategies({ client, signal })),
  staleTime: Infinity,
});

export function useStrategies(ready: boolean) {
  return useQuery({ ...strategiesQuery, enabled: ready });
}

export function useLiveComparison(ready: boolean) {
  return useQuery({ queryKey: ["live-comparison"], queryFn: async ({ signal }) => (await answerOf(getLiveComparison({ client, signal }))).comparison, enabled: ready });
}

export function useCompareLive() {
  const cache = useQueryClient();
  return useMutation({ mutationFn: () => answerOf(compareLive({ client })), onSettled: () => cache.invalidateQueries({ queryKey: ["backtest-jobs"] }) });
}
