import { useMutation } from "@tanstack/react-query";
import { client } from "./client";
import { setMarketMode } from "./generated";
import { answerOf } from "./problem";
import type { MarketSetting } from "./types";

/** Trade a market by itself, or ask first. */
export function useSetMode() {
  return useMutation({
    mutationFn: ({ symbol, mode }: { symbol: string; mode: MarketSetting["mode"] }) =>
      answerOf(setMarketMode({ client, path: { symbol }, body: { mode } })),
  });
}
