import { queryOptions, useQuery } from "@tanstack/react-query";
import { client } from "./client";
import { getTrade } from "./generated";
import { answerOf } from "./problem";

export const tradeQuery = (id: string) =>
  queryOptions({
    queryKey: ["trade", id],
    queryFn: ({ signal }) => answerOf(getTrade({ client, path: { cycle_id: id }, signal })),
    // A closed cycle never changes; an open one is asked again until it closes.
    refetchInterval: (query) => (query.state.data && query.state.data.cycle.closed_at === null ? 2000 : false),
  });

export function useTrade(id: string, ready: boolean) {
  return useQuery({ ...tradeQuery(id), enabled: ready });
}
