import { useMutation } from "@tanstack/react-query";
import { client } from "./client";
import { declineTrade } from "./generated";
import { answerOf } from "./problem";

/** Let a signal that waits for a person go. */
export function useDecline() {
  return useMutation({ mutationFn: (symbol: string) => answerOf(declineTrade({ client, body: { symbol } })) });
}
