"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { TradeAnswer } from "@/api/types";
import { formatMoney, formatPrice, formatQuantity } from "@/lib/format";
import { baseOf, quoteOf } from "@/lib/market";
import { formatFraction } from "@/lib/measure";
import { Badge, type Tone } from "./badge";
import { Delta } from "./delta";
import { RuleFailures } from "./rule-failures";
import { useServerWords } from "./server-words";
import { StepTrail } from "./step-trail";

const TONES: Record<string, Tone> = {
  SETTLED: "up",
  REJECTED: "down",
  REFUSED: "down",
  SKIPPED: "warn",
  RELEASED: "warn",
  PENDING: "warn",
  NO_SIGNAL: "plain",
  NOTHING_TO_SELL: "plain",
  NOT_ENOUGH_DATA: "plain",
  DECLINED: "plain",
};

/** What came of an order, whichever way it went. */
export function TradeResult({ answer }: { answer: TradeAnswer }) {
  const t = useTranslations("ui");
  const server = useServerWords();
  const { cycle } = answer;
  const tone = TONES[answer.outcome] ?? "plain";
  return (
    <div data-outcome={answer.outcome} className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={tone} large>
          {t.has(`results.${answer.outcome}` as never) ? t(`results.${answer.outcome}` as never) : answer.outcome}
        </Badge>
        {answer.already_run ? <Badge title={t("thisCandleWasActedOn")}>{t("alreadyRun")}</Badge> : null}
      </div>
      <p className="text-ink-2">{server(answer.message)}</p>
      {cycle ? (
        <>
          <StepTrail narrow steps={cycle.steps} />
          {cycle.rules.length > 0 ? <RuleFailures rules={cycle.rules} side={cycle.side} /> : null}
          <dl className="grid grid-cols-2 gap-x-4 gap-y-1">
            <Fact name={t("confidence")}>{formatFraction(cycle.confidence)}</Fact>
            {cycle.fill_price && cycle.quantity ? (
              <Fact name={t("filled")}>
                {formatQuantity(cycle.quantity)} {baseOf(cycle.market)}
              </Fact>
            ) : null}
            {cycle.fill_price ? (
              <Fact name={t("price")}>
                {formatPrice(cycle.fill_price)} {quoteOf(cycle.market)}
              </Fact>
            ) : null}
            {cycle.fee ? (
              <Fact name={t("fee")}>
                {formatMoney(cycle.fee)} {quoteOf(cycle.market)}
              </Fact>
            ) : null}
            {cycle.kind === "EXIT" && cycle.realised ? (
              <Fact name={t("realised")}>
                <Delta value={cycle.realised} />
              </Fact>
            ) : null}
            {cycle.record_seq !== null ? <Fact name={t("record")}>#{cycle.record_seq}</Fact> : null}
          </dl>
          <Link href={`/trades?id=${cycle.id}`} prefetch={false} className="self-start font-medium underline decoration-line-strong underline-offset-2 hover:decoration-ink">
            {t("seeTheWholeTrade")}
          </Link>
        </>
      ) : null}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-2 border-b border-line py-1">
      <dt className="label">{name}</dt>
      <dd className="num text-xs font-medium">{children}</dd>
    </div>
  );
}
