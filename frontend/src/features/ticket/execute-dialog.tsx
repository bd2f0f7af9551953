"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { useExecute } from "@/api/execute";
import type { PendingSignal, Prediction } from "@/api/types";
import { useEntryBlock } from "@/live/trading-block";
import { freshKey } from "@/lib/key";
import { formatTime } from "@/lib/format";
import { formatFraction } from "@/lib/measure";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Failure } from "@/ui/states";
import { TradeResult } from "@/ui/trade-result";

type Opinion = Pick<Prediction | PendingSignal, "side" | "confidence" | "candle_close">;

interface ExecuteDialogProps {
  market: string;
  /** What the strategy thinks, as far as it is known. */
  opinion: Opinion | undefined;
  size: string | undefined;
  onClose: () => void;
}

/** Asks once more, sends, and shows what came of it: a rejection is an answer as good as a fill. */
export function ExecuteDialog({ market, opinion, size, onClose }: ExecuteDialogProps) {
  const t = useTranslations("ticket");
  const [key] = useState(freshKey);
  const block = useEntryBlock();
  const execute = useExecute();
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={execute.data ? `${market}: what came of it` : `Execute the signal of ${market}?`}
      description="Simulated; not investment advice."
    >
      {execute.data ? (
        <div className="flex flex-col gap-4">
          <TradeResult answer={execute.data} />
          <Button onClick={onClose}>{t("close")}</Button>
        </div>
      ) : (
        <div className="flex flex-col gap-4">
          <p>{question(market, opinion, size)}</p>
          <p className="text-xs text-ink-2">
            The oracle checks and commits the signal, the contract allows or rejects it by its rules, and whatever comes of it is recorded for good: the same candle cannot be
            tried twice.
          </p>
          {execute.error ? <Failure what={t("theOrderWasNotCarried")} error={execute.error} /> : null}
          <div className="flex flex-wrap items-center justify-end gap-2">
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button tone="solid" blocked={block} busy={execute.isPending} onClick={() => execute.mutate({ symbol: market, size, key })}>
              {t("execute")}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}

function question(market: string, opinion: Opinion | undefined, size: string | undefined): string {
  const amount = size === undefined ? "at the signal's size" : `at ${formatFraction(size)} of equity at most`;
  if (opinion === undefined) return `Runs the cycle of the newest closed candle of ${market}, ${amount}.`;
  if (opinion.side === "HOLD") return `The strategy says HOLD on the candle of ${formatTime(opinion.candle_close, "minutes")}: nothing will be traded.`;
  return `${opinion.side} ${market} ${amount}, on the candle of ${formatTime(opinion.candle_close, "minutes")}, with confidence ${formatFraction(opinion.confidence)}.`;
}
