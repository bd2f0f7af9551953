"use client";

import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useExit } from "@/api/exit";
import { exitPreviewQuery } from "@/api/preview";
import type { Position, TradeAnswer } from "@/api/types";
import { formatMoney, formatQuantity } from "@/lib/format";
import { freshKey } from "@/lib/key";
import { useChangeBlock } from "@/live/trading-block";
import { Button } from "@/ui/button";
import { Delta } from "@/ui/delta";
import { Dialog } from "@/ui/dialog";
import { Field, Input } from "@/ui/fields";
import { Failure } from "@/ui/states";
import { TradeResult } from "@/ui/trade-result";

/** Typed as it is in every language. */
const TYPED = "CLOSE";

/** Close every position, one exit after the other, after a typed word; what came of each stays in sight. */
export function CloseAllDialog({ positions: now, onClose }: { positions: readonly Position[]; onClose: () => void }) {
  const t = useTranslations("closeAll");
  // Those of the question: what closes while the dialog is open does not leave the list.
  const [positions] = useState(now);
  const [key] = useState(freshKey);
  const [word, setWord] = useState("");
  const [answers, setAnswers] = useState<Record<string, TradeAnswer>>({});
  const [running, setRunning] = useState(false);
  const exit = useExit();
  const block = useChangeBlock();
  const done = Object.keys(answers).length === positions.length;
  const previews = useQueries({ queries: positions.map((position) => ({ ...exitPreviewQuery(position.market, undefined), enabled: !running && !done })) });

  const closeAll = async () => {
    setRunning(true);
    for (const { market } of positions) {
      if (answers[market] !== undefined) continue;
      try {
        // One key a market: asked again after a failure, none is closed twice.
        const answer = await exit.mutateAsync({ symbol: market, key: `${key}-${market}` });
        setAnswers((known) => ({ ...known, [market]: answer }));
      } catch {
        break; // `exit.error` says why; the others wait for another press.
      }
    }
    setRunning(false);
  };

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t(done ? "done" : "question", { count: positions.length })} description={t("description")}>
      <div className="flex flex-col gap-3">
        <ul className="divide-y divide-line border border-line">
          {positions.map((position, index) => {
            const answer = answers[position.market];
            const preview = previews[index]?.data;
            const broken = preview?.rules.filter((rule) => rule.failed) ?? [];
            return (
              <li key={position.market} className="px-2.5 py-1.5">
                <p className="flex flex-wrap items-baseline gap-x-2">
                  <span className="font-semibold">{position.symbol}</span>
                  <span className="num text-xs text-ink-2">{formatQuantity(position.quantity)}</span>
                  <span className="num ml-auto text-xs">{t("worth", { value: formatMoney(position.value) })}</span>
                  <Delta value={position.unrealised} arrow />
                </p>
                {answer ? (
                  <div className="mt-1.5">
                    <TradeResult answer={answer} />
                  </div>
                ) : preview ? (
                  <p className="num text-2xs text-ink-3">
                    {preview.outcome !== "ORDER" ? t("nothing") : broken.length > 0 ? t("broken", { rules: broken.map((rule) => rule.id).join(", ") }) : t("kept", { rules: preview.rules.map((rule) => rule.id).join(", "), notional: formatMoney(preview.notional), fee: formatMoney(preview.fee) })}
                  </p>
                ) : null}
              </li>
            );
          })}
        </ul>
        {exit.error ? <Failure what={t("failed")} error={exit.error} /> : null}
        {done ? (
          <Button onClick={onClose}>{t("close")}</Button>
        ) : (
          <>
            <Field label={t("typeIt", { word: TYPED })}>
              <Input value={word} autoComplete="off" onChange={(event) => setWord(event.target.value)} />
            </Field>
            <div className="flex flex-wrap items-center justify-end gap-2">
              <Button onClick={onClose}>{t("keep")}</Button>
              <Button tone="danger" busy={running} blocked={block ?? (word === TYPED ? null : t("typeIt", { word: TYPED }))} onClick={() => void closeAll()}>
                {t("confirm", { count: positions.length })}
              </Button>
            </div>
          </>
        )}
      </div>
    </Dialog>
  );
}
