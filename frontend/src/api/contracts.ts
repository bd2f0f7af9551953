import { queryOptions, useQuery } from "@tanstack/react-query";
import { client } from "./client";
import { getContracts, type Contracts } from "./generated";
import { answerOf } from "./problem";

export type { Contract, Contracts } from "./generated";

/** What is deployed where; it does not change while the server runs, but limits and roles in it may. */
export const contractsQuery = queryOptions({
  queryKey: ["contracts"],
  queryFn: ({ signal }): Promise<Contracts> => answerOf(getContracts({ client, signal })),
  staleTime: 60_000,
});

export function useContracts(ready: boolean) {
  return useQuery({ ...contractsQuery, enabled: ready });
}
