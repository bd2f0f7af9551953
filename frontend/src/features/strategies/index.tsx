"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useStrategies, type StrategyInUse, type StrategySeen } from "@/api/strategies";
import { useReady } from "@/live/live";
import { formatCount, formatNumber, formatTime } from "@/lib/format";
import { baseOf } from "@/lib/market";
import { formatFraction } from "@/lib/measure";
import { Badge } from "@/ui/badge";
import { Fact } from "@/ui/fact";
import { Hash } from "@/ui/hash";
import { Panel } from "@/ui/panel";
import { Answered, SkeletonRows } from "@/ui/states";
import { Table, Td, Th } from "@/ui/table";
import { Live } from "./live";

const LINK = "inline-flex min-h-6 items-center text-xs underline underline-offset-2";

/** What each strategy is and what binds it, which one trades here, and whether what it committed is what a back-test says. */
export function Strategies({ work }: { work: ReactNode }) {
  const t = useTranslations("strategies");
  const strategies = useStrategies(useReady());
  return (
    <div className="flex flex-col gap-px bg-line pb-px">
      <h1 className="sr-only">{t("title")}</h1>
      {work}
      <Answered query={strategies} what={t("failed")} loading={<Waiting />}>
        {(known) => (
          <>
            {known.in_use ? <InUse used={known.in_use} warmup={known.strategies[0]?.warmup_candles ?? 0} /> : null}
            <Live />
            {known.strategies.map((strategy) => (
              <One key={strategy.name} strategy={strategy} used={strategy.name === known.in_use?.strategy} />
            ))}
          </>
        )}
      </Answered>
    </div>
  );
}

function Waiting() {
  const t = useTranslations("strategies");
  return (
    <div className="bg-surface">
      <SkeletonRows rows={16} label={t("title")} />
    </div>
  );
}

/** The strategy that this home trades by: what every signal of it is bound to. */
function InUse({ used, warmup }: { used: StrategyInUse; warmup: number }) {
  const t = useTranslations("strategies");
  const { origin } = used;
  const learned = Number(used.skill) > 0;
  return (
    <Panel
      title={t("inUse", { strategy: used.strategy })}
      note={t("inUseNote")}
      actions={
        <>
          <Link prefetch={false} href={`/backtests?${new URLSearchParams({ strategy: used.strategy, params: JSON.stringify(used.params) })}#start`} className={LINK}>
            {t("backtestThis")}
          </Link>
          <Link prefetch={false} href="/analytics" className={LINK}>
            {t("howHonest")}
          </Link>
        </>
      }
    >
      <dl className="grid grid-cols-2 gap-x-4 gap-y-2 px-3 py-2.5 sm:grid-cols-3 lg:grid-cols-4">
        <Fact name={t("codeHash")} title={t("modelHashWhy")}>
          <Hash value={used.model_hash} />
        </Fact>
        <Fact name={t("calibratorHash")} title={t("calibratorHashWhy")}>
          <Hash value={used.calibrator_hash} />
        </Fact>
        <Fact name={t("baseRate")} title={t("baseRateWhy")}>
          {formatFraction(used.base_rate)}
        </Fact>
        <Fact name={t("skill")} title={t("skillWhy")}>
          {formatNumber(used.skill, { digits: 4, signed: true })} <Badge tone={learned ? "up" : "warn"}>{t(learned ? "learned" : "nothingLearned")}</Badge>
        </Fact>
        <Fact name={t("warmup")} title={t("warmupWhy")}>
          {t("candles", { count: formatCount(warmup) })}
        </Fact>
        <Fact name={t("fittedOn")}>{t("fittedOnWhat", { rows: formatCount(origin.rows), markets: origin.markets.map(baseOf).join(" ") })}</Fact>
        <Fact name={t("fittedBefore")} title={t("fittedBeforeWhy")}>
          {origin.before === 0 ? "—" : formatTime(new Date(origin.before * 1000).toISOString(), "minutes")}
        </Fact>
        <Fact name={t("data")}>
          <Hash value={origin.data} />
        </Fact>
      </dl>
      <ul className="flex flex-wrap gap-x-5 gap-y-1 border-t border-line px-3 py-2 font-mono text-2xs text-ink-2" aria-label={t("parameters")}>
        {Object.entries(used.params).map(([name, value]) => (
          <li key={name}>
            {name} = {value}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** One strategy as it is shipped or plugged in, with its parameters and their ranges. */
function One({ strategy, used }: { strategy: StrategySeen; used: boolean }) {
  const t = useTranslations("strategies");
  const words = t.has(`about.${strategy.name}` as never) ? t(`about.${strategy.name}` as never) : strategy.about;
  return (
    <Panel
      title={strategy.name}
      note={words}
      actions={
        <>
          {used ? <Badge tone="up">{t("tradesHere")}</Badge> : null}
          <Badge>{strategy.origin === "shipped" ? t("shipped") : strategy.origin}</Badge>
          {strategy.learns ? <Badge>{t("learns")}</Badge> : null}
          <Link prefetch={false} href={`/backtests?strategy=${strategy.name}#start`} className={LINK}>
            {t("backtest")}
          </Link>
          <Link prefetch={false} href={`/backtests?of=${strategy.name}`} className={LINK}>
            {t("itsRuns")}
          </Link>
        </>
      }
    >
      <p className="flex flex-wrap items-center gap-x-2 px-3 pt-2 text-xs text-ink-2">
        {t("codeHash")} <Hash value={strategy.code_hash} /> <span className="text-ink-3">{t("codeHashWhy")}</span>
      </p>
      <details className="px-3 py-2">
        <summary className="min-h-6 text-xs font-medium">{t("parametersOf", { count: String(strategy.parameters.length) })}</summary>
        <Table
          caption={t("parameters")}
          head={
            <>
              <Th>{t("parameter")}</Th>
              <Th right>{t("default")}</Th>
              <Th right>{t("range")}</Th>
              <Th>{t("means")}</Th>
            </>
          }
        >
          {strategy.parameters.map((each) => (
            <tr key={each.name}>
              <Td className="font-mono text-2xs">{each.name}</Td>
              <Td right>{each.default}</Td>
              <Td right>{t("fromTo", { from: String(each.least), to: String(each.most) })}</Td>
              <Td className="text-xs text-ink-2">{t.has(`means_of.${each.name}` as never) ? t(`means_of.${each.name}` as never) : each.about}</Td>
            </tr>
          ))}
        </Table>
      </details>
    </Panel>
  );
}
