/** Back-tests: the stored runs, what is under way, and what a person may begin or end. */
import { infiniteQueryOptions, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client } from "./client";
import { cancelBacktest, checkBacktest, compareBacktests, foldBacktest, getBacktest, getBacktests, getBacktestTrades, startBacktest, type BacktestOrder, type GetBacktestsData } from "./generated";
import { answerOf } from "./problem";

export type { Backtest, BacktestComparison, BacktestJob, BacktestOrder, BacktestRun, BacktestTrade, BiasChecks, ComparedMetric, ComparedRun, SignalDifference } from "./generated";

export type RunSort = NonNullable<NonNullable<GetBacktestsData["query"]>["sort"]>;

export interface RunFilter {
  strategy?: string;
  sort?: RunSort;
}

const PAGE = 50;
/** While something runs its progress is asked for; else the list only changes by what is begun elsewhere. */
const RUNNING_MS = 1_000;
const QUIET_MS = 15_000;

export const isOver = (phase: string): boolean => ["DONE", "FAILED", "CANCELLED"].includes(phase);

export const backtestsQuery = (filter: RunFilter) =>
  infiniteQueryOptions({
    queryKey: ["backtests", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => answerOf(getBacktests({ client, query: { ...filter, cursor: pageParam, limit: PAGE }, signal })),
    getNextPageParam: (page) => page.next ?? undefined,
  });

export function useBacktests(filter: RunFilter, ready: boolean) {
  return useInfiniteQuery({ ...backtestsQuery(filter), enabled: ready });
}

/** What was asked for since the server started, the newest last. */
export function useJobs(ready: boolean) {
  return useQuery({
    queryKey: ["backtest-jobs"],
    queryFn: async ({ signal }) => (await answerOf(getBacktests({ client, query: { limit: 1 }, signal }))).jobs,
    enabled: ready,
    refetchInterval: (query) => (query.state.data?.some((job) => !isOver(job.phase)) ? RUNNING_MS : QUIET_MS),
  });
}

export function useBacktest(id: string, ready: boolean) {
  return useQuery({ queryKey: ["backtest", id], queryFn: ({ signal }) => answerOf(getBacktest({ client, path: { run_id: id }, signal })), enabled: ready });
}

/** Two to eight runs side by side, in short. */
export function useComparison(ids: readonly string[], ready: boolean) {
  return useQuery({
    queryKey: ["backtest-comparison", ids],
    queryFn: ({ signal }) => answerOf(compareBacktests({ client, query: { runs: ids.join() }, signal })),
    enabled: ready,
  });
}

export function useBacktestTrades(id: string, ready: boolean) {
  return useInfiniteQuery({
    queryKey: ["backtest-trades", id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => answerOf(getBacktestTrades({ client, path: { run_id: id }, query: { cursor: pageParam, limit: PAGE }, signal })),
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: ready,
  });
}

/** What begins or ends work changes the list of jobs at once. */
function useWork<T>(act: (wish: T) => Promise<unknown>) {
  const cache = useQueryClient();
  return useMutation({ mutationFn: act, onSettled: () => cache.invalidateQueries({ queryKey: ["backtest-jobs"] }) });
}

export function useStart() {
  return useWork((order: BacktestOrder) => answerOf(startBacktest({ client, body: order })));
}

export function useExamine(id: string) {
  return useWork((what: "checks" | "folds") => answerOf(what === "checks" ? checkBacktest({ client, path: { run_id: id } }) : foldBacktest({ client, path: { run_id: id } })));
}

export function useCancel() {
  return useWork((id: string) => answerOf(cancelBacktest({ client, path: { job_id: id } })));
}

export const fileAddress = (id: string, name: string): string => `/api/backtests/${id}/files/${name}`;
