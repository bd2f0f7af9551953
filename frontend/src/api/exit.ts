import { useMutation } from "@tanstack/react-query";
import { client } from "./client";
import { exitTrade } from "./generated";
import { answerOf } from "./problem";
import type { TradeAnswer } from "./types";

export interface Exit {
  symbol: string;
  /** Share of the position; without it all of it. */
  fraction?: string;
  key: string;
}

export function sendExit({ symbol, fraction, key }: Exit): Promise<TradeAnswer> {
  return answerOf(exitTrade({ client, body: { symbol, ...(fraction ? { fraction } : {}) }, headers: { "Idempotency-Key": key } }));
}

export function useExit() {
  return useMutation({ mutationFn: sendExit });
}
