import { queryOptions, useQuery } from "@tanstack/react-query";
import { client } from "./client";
import { getSession } from "./generated";
import { answerOf } from "./problem";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => answerOf(getSession({ client, signal })),
  staleTime: 60_000,
});

/** Whether changes are allowed from this browser. */
export function useSessionState() {
  return useQuery(sessionQuery);
}
