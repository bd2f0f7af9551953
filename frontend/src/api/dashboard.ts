import { queryOptions, useQuery } from "@tanstack/react-query";
import { client } from "./client";
import { getDashboard } from "./generated";
import { answerOf } from "./problem";
import type { Dashboard } from "./types";

export function fetchDashboard(signal?: AbortSignal): Promise<Dashboard> {
  return answerOf(getDashboard({ client, signal }));
}

export const dashboardQuery = queryOptions({
  queryKey: ["dashboard"],
  queryFn: ({ signal }) => fetchDashboard(signal),
  staleTime: Infinity,
  retry: false,
});

/** The whole picture by request: the first drawing, and again every `everyMs` while the live line is down. */
export function useDashboardRequest(everyMs: number | false) {
  return useQuery({ ...dashboardQuery, refetchInterval: everyMs, refetchIntervalInBackground: false });
}
