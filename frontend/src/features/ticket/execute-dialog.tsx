"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { useExecute } from "@/api/execute";
import { useExecutePreview } from "@/api/preview";
import type { PendingSignal, Prediction } from "@/api/types";
import { useDashboard, useStatus } from "@/live/live";
import { useEntryBlock } from "@/live/trading-block";
import { freshKey } from "@/lib/key";
import { formatTime } from "@/lib/format";
import { formatFraction } from "@/lib/measure";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Precheck } from "@/ui/precheck";
import { Failure } from "@/ui/states";
import { StepTrail } from "@/ui/step-trail";
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
  const t = useTranslations("executeDialog");
  const [key] = useState(freshKey);
  const block = useEntryBlock();
  const execute = useExecute();
  const question = useQuestion(market, opinion, size);
  const clock = useStatus((status) => status.data_clock) ?? null;
  const preview = useExecutePreview(market, size, clock, !execute.isPending && !execute.data);
  const cycle = useDashboard("signals")?.find((each) => each.market === market && each.kind === "ENTRY" && each.candle_close === opinion?.candle_close);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t(execute.data ? "whatCameOfIt" : "executeQuestion", { market })}
      description={t("disclaimer")}
    >
      {execute.data ? (
        <div className="flex flex-col gap-4">
          <TradeResult answer={execute.data} />
          <Button onClick={onClose}>{t("close")}</Button>
        </div>
      ) : (
        <div className="flex flex-col gap-4">
          <p>{question}</p>
          {/* While it runs, the steps as they happen; before, what the contract would say. */}
          {execute.isPending ? cycle ? <StepTrail narrow steps={cycle.steps} /> : null : preview.data ? <Precheck preview={preview.data} faded={preview.isPlaceholderData} /> : null}
          <p className="text-xs text-ink-2">
            {t("recordedForGood")}
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

function useQuestion(market: string, opinion: Opinion | undefined, size: string | undefined): string {
  const t = useTranslations("executeDialog");
  const amount = size === undefined ? t("atTheSignalsSize") : t("atMost", { share: formatFraction(size) });
  if (opinion === undefined) return t("runsTheCycle", { market, amount });
  const candle = formatTime(opinion.candle_close, "minutes");
  if (opinion.side === "HOLD") return t("saysHold", { candle });
  return t("order", { side: opinion.side, market, amount, candle, confidence: formatFraction(opinion.confidence) });
}
