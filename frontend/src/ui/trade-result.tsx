import Link from "next/link";
import type { ReactNode } from "react";
import type { TradeAnswer } from "@/api/types";
import { formatMoney, formatPrice, formatQuantity } from "@/lib/format";
import { baseOf, quoteOf } from "@/lib/market";
import { formatFraction } from "@/lib/measure";
import { Badge, type Tone } from "./badge";
import { Delta } from "./delta";
import { RuleFailures } from "./rule-failures";
import { StepTicks } from "./steps";

const WORDS: Record<string, { tone: Tone; title: string }> = {
  SETTLED: { tone: "up", title: "Settled and recorded" },
  REJECTED: { tone: "down", title: "Rejected by the contract" },
  REFUSED: { tone: "down", title: "Refused by the oracle" },
  SKIPPED: { tone: "warn", title: "Skipped: nothing was used up" },
  RELEASED: { tone: "warn", title: "Released without a fill" },
  PENDING: { tone: "warn", title: "Under way" },
  NO_SIGNAL: { tone: "plain", title: "No signal: the strategy says HOLD" },
  NOTHING_TO_SELL: { tone: "plain", title: "Nothing to sell" },
  NOT_ENOUGH_DATA: { tone: "plain", title: "Not enough data yet" },
  DECLINED: { tone: "plain", title: "Declined" },
};

/** What came of an order, whichever way it went. */
export function TradeResult({ answer }: { answer: TradeAnswer }) {
  const { cycle } = answer;
  const words = WORDS[answer.outcome] ?? { tone: "plain" as Tone, title: answer.outcome };
  return (
    <div data-outcome={answer.outcome} className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={words.tone} large>
          {words.title}
        </Badge>
        {answer.already_run ? <Badge title="This candle was acted on before; this is what came of it then.">already run</Badge> : null}
      </div>
      <p className="text-ink-2">{answer.message}</p>
      {cycle ? (
        <>
          <StepTicks steps={cycle.steps} />
          {cycle.rules.length > 0 ? <RuleFailures rules={cycle.rules} /> : null}
          <dl className="grid grid-cols-2 gap-x-4 gap-y-1">
            <Fact name="Confidence">{formatFraction(cycle.confidence)}</Fact>
            {cycle.fill_price && cycle.quantity ? (
              <Fact name="Filled">
                {formatQuantity(cycle.quantity)} {baseOf(cycle.market)}
              </Fact>
            ) : null}
            {cycle.fill_price ? (
              <Fact name="Price">
                {formatPrice(cycle.fill_price)} {quoteOf(cycle.market)}
              </Fact>
            ) : null}
            {cycle.fee ? (
              <Fact name="Fee">
                {formatMoney(cycle.fee)} {quoteOf(cycle.market)}
              </Fact>
            ) : null}
            {cycle.kind === "EXIT" && cycle.realised ? (
              <Fact name="Realised">
                <Delta value={cycle.realised} />
              </Fact>
            ) : null}
            {cycle.record_seq !== null ? <Fact name="Record">#{cycle.record_seq}</Fact> : null}
          </dl>
          <Link href={`/trades?id=${cycle.id}`} className="self-start font-medium underline decoration-line-strong underline-offset-2 hover:decoration-ink">
            See the whole trade
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
