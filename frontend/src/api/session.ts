import { queryOptions, useQuery } from "@tanstack/react-query";
import { useRunning } from "@/lib/running";
import { client } from "./client";
import { getSession } from "./generated";
import { answerOf } from "./problem";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => answerOf(getSession({ client, signal })),
  staleTime: 60_000,
});

/** Whether changes are allowed from this browser. The answer may be there before a part of the page lives; it waits for that. */
export function useSessionState() {
  const session = useQuery(sessionQuery);
  return useRunning() ? session : { ...session, data: undefined, isPending: true };
}
