import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client } from "./client";
import {
  acceptChange,
  bookFlow,
  freezeTrader,
  getGovernance,
  haltBook,
  removeSigner,
  revokeSignal,
  revokeChange,
  stopBook,
  submitChange,
  tightenLimits,
  type ChangeOrder,
  type Governance,
  type LeverAnswer,
  type TightenOrder,
} from "./generated";
import { answerOf } from "./problem";

export type { Governance, LeverAnswer, WaitingChange } from "./generated";

/** One use of a lever; the key makes sure that it acts once, however often the button is pressed. */
export type Pull =
  | { lever: "tighten"; limits: TightenOrder["limits"]; key: string }
  | { lever: "stop" | "halt"; reason: string; key: string }
  | { lever: "flow"; amount: string; key: string }
  | { lever: "freeze"; key: string }
  | { lever: "remove"; address: string; key: string }
  | { lever: "revokeSignal"; digest: string; key: string }
  | { lever: "submit"; change: ChangeOrder; key: string }
  | { lever: "accept" | "revoke"; id: string; key: string };

const EVERY_MS = 5_000;

/** Limits, roles, both clocks and every change that waits. */
export function useGovernance(ready: boolean) {
  return useQuery({
    queryKey: ["governance"],
    queryFn: ({ signal }): Promise<Governance> => answerOf(getGovernance({ client, signal })),
    enabled: ready,
    refetchInterval: EVERY_MS,
  });
}

/** Use a lever; what waits is asked again afterwards. */
export function usePull() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (pull: Pull): Promise<LeverAnswer> => answerOf(sent(pull)),
    onSettled: async () => {
      await queries.invalidateQueries({ queryKey: ["governance"] });
      await queries.invalidateQueries({ queryKey: ["risk"] });
    },
  });
}

function sent(pull: Pull) {
  const headers = { "Idempotency-Key": pull.key };
  switch (pull.lever) {
    case "tighten":
      return tightenLimits({ client, headers, body: { limits: pull.limits } });
    case "stop":
      return stopBook({ client, headers, body: { reason: pull.reason } });
    case "halt":
      return haltBook({ client, headers, body: { reason: pull.reason } });
    case "flow":
      return bookFlow({ client, headers, body: { amount: pull.amount } });
    case "freeze":
      return freezeTrader({ client, headers });
    case "remove":
      return removeSigner({ client, headers, body: { address: pull.address } });
    case "revokeSignal":
      return revokeSignal({ client, headers, body: { digest: pull.digest } });
    case "submit":
      return submitChange({ client, headers, body: pull.change });
    case "accept":
      return acceptChange({ client, headers, path: { change_id: pull.id } });
    case "revoke":
      return revokeChange({ client, headers, path: { change_id: pull.id } });
  }
}
