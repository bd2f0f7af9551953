import { useMutation } from "@tanstack/react-query";
import { client } from "./client";
import { executeTrade } from "./generated";
import { answerOf } from "./problem";
import type { TradeAnswer } from "./types";

export interface Execute {
  symbol: string;
  /** A share of one, for example "0.05"; only ever makes the signal's size smaller. */
  size?: string;
  /** The same key acts once, however often it is sent. */
  key: string;
}

export function sendExecute({ symbol, size, key }: Execute): Promise<TradeAnswer> {
  return answerOf(executeTrade({ client, body: { symbol, ...(size ? { size } : {}) }, headers: { "Idempotency-Key": key } }));
}

export function useExecute() {
  return useMutation({ mutationFn: sendExecute });
}
