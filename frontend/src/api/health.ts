import { queryOptions, useQuery } from "@tanstack/react-query";
import { client } from "./client";
import { getHealth } from "./generated";
import { answerOf } from "./problem";

export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: ({ signal }) => answerOf(getHealth({ client, signal })),
  refetchInterval: 5000,
});

export function useHealth() {
  return useQuery(healthQuery);
}
