"use client";

import Link from "next/link";
import { Download } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { fileAddress, useBacktest, type Backtest } from "@/api/backtests";
import { useReady } from "@/live/live";
import { formatCount, formatMoney, formatNumber, formatTime } from "@/lib/format";
import { baseOf } from "@/lib/market";
import { Badge } from "@/ui/badge";
import { CopyButton } from "@/ui/copy-button";
import { toneOf } from "@/ui/delta";
import { Fact } from "@/ui/fact";
import { Hash } from "@/ui/hash";
import { Panel } from "@/ui/panel";
import { Answered, Empty, SkeletonRows } from "@/ui/states";
import { Table, Td, Th } from "@/ui/table";
import { useServerWords } from "@/ui/server-words";
import { Checks, FoldsPanel } from "./checks";
import { Honesty } from "./honesty";
import { Jobs } from "./jobs";
import { commandOf, feeOf, metricText, percent, type Folds, type Plan, type Report } from "./report";
import { RunTrades } from "./run-trades";
import { useFigureWords, useReasonWords } from "./words";

/** One run whole: what came of it, what speaks against it, what was run. The curve is joined by the page. */
export function Run({ id, curve }: { id: string; curve: (report: Report) => ReactNode }) {
  const t = useTranslations("backtests");
  const run = useBacktest(id, useReady());
  return (
    <div className="flex flex-col gap-px bg-line pb-px">
      <h1 className="sr-only">{t("oneRun", { id })}</h1>
      <Jobs />
      <Answered query={run} what={t("noRun")} loading={<SkeletonRows rows={16} label={t("runs")} />}>
        {(found) => <Whole run={found} curve={curve} />}
      </Answered>
    </div>
  );
}

function Whole({ run, curve }: { run: Backtest; curve: (report: Report) => ReactNode }) {
  // The report's words are those of the command line: a document of its own, kept with the run.
  const report = run.report as unknown as Report;
  return (
    <>
      <Head run={run} report={report} />
      {curve(report)}
      <Metrics report={report} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-px lg:grid-cols-2">
        <Doubts report={report} />
        <Costs report={report} />
      </div>
      <Honesty scores={report.calibration} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-px xl:grid-cols-2">
        <Checks id={run.id} checks={run.checks} />
        <Verdicts report={report} />
      </div>
      <FoldsPanel id={run.id} folds={run.folds as unknown as Folds | null} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-px xl:grid-cols-2">
        <Months report={report} />
        <Markets report={report} />
      </div>
      <RunTrades id={run.id} />
      <WhatWasRun run={run} report={report} />
    </>
  );
}

function Head({ run, report }: { run: Backtest; report: Report }) {
  const t = useTranslations("backtests");
  const { plan } = report;
  const again = new URLSearchParams({ strategy: plan.strategy, params: JSON.stringify(plan.params), markets: plan.markets.join(","), from: report.from.slice(0, 10), to: report.to.slice(0, 10), cash: report.initial });
  const fee = feeOf(plan);
  if (fee !== undefined) again.set("fee", fee);
  return (
    <Panel
      title={t("runOf", { strategy: plan.strategy })}
      note={<span className="font-mono">{run.id}</span>}
      actions={
        <>
          <Link prefetch={false} href="/backtests" className="inline-flex min-h-6 items-center text-xs underline underline-offset-2">
            {t("allRuns")}
          </Link>
          <Link prefetch={false} href={`/backtests?${again}#start`} className="inline-flex min-h-6 items-center text-xs underline underline-offset-2">
            {t("changeAndRun")}
          </Link>
          <CopyButton size="small" text={commandOf(report)}>
            {t("copyCommand")}
          </CopyButton>
        </>
      }
    >
      <dl className="grid grid-cols-2 gap-x-4 gap-y-2 px-3 py-2.5 sm:grid-cols-3 lg:grid-cols-6">
        <Fact name={t("span")}>{t("fromTo", { from: report.from.slice(0, 10), to: report.to.slice(0, 10) })}</Fact>
        <Fact name={t("markets")}>{plan.markets.map(baseOf).join(" ")}</Fact>
        <Fact name={t("initial")}>{formatMoney(report.initial)}</Fact>
        <Fact name={t("equity")}>{formatMoney(report.equity)}</Fact>
        <Fact name={t("entriesExits")}>{t("pair", { a: formatCount(report.entries), b: formatCount(report.exits) })}</Fact>
        <Fact name={t("barsPlayed")} title={t("barsPlayedWhy")}>
          {t("pair", { a: formatCount(report.bars_played), b: formatCount(report.bars) })}
        </Fact>
      </dl>
      <Notes report={report} />
    </Panel>
  );
}

/** What has to be known before any number: the report's own notes, and what was wrong with the candles, by file and row. */
function Notes({ report }: { report: Report }) {
  const t = useTranslations("backtests");
  const server = useServerWords();
  const { data } = report;
  return (
    <ul className="border-t border-line px-3 py-2 text-xs text-ink-2">
      {report.notes.map((note) => (
        <li key={note}>{server(note)}</li>
      ))}
      {data !== undefined && data.gaps + data.duplicates + data.bad_rows > 0 ? (
        <li className="text-warn">
          {t("dataFindings", { rows: formatCount(data.rows), gaps: formatCount(data.gaps), missing: formatCount(data.missing_bars), duplicates: formatCount(data.duplicates), bad: formatCount(data.bad_rows) })}
          {data.bad_row_examples.length > 0 ? (
            <ul className="pl-3 font-mono text-2xs">
              {data.bad_row_examples.map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
          ) : null}
        </li>
      ) : null}
    </ul>
  );
}

function Metrics({ report }: { report: Report }) {
  const t = useTranslations("backtests");
  const wordsOf = useFigureWords();
  const server = useServerWords();
  return (
    <Panel title={t("metrics")} note={t("metricsNote")}>
      <dl className="grid grid-cols-2 sm:grid-cols-3 lg:grid-cols-5">
        {report.metrics.map((metric) => {
          const { name, formula } = wordsOf(metric);
          const text = metricText(metric);
          return (
            <div key={metric.id} className="min-w-0 px-3 py-1.5" title={formula}>
              <dt className="label truncate">{name}</dt>
              <dd className={text === null ? "text-ink-3" : "num font-semibold"}>{text ?? server(metric.text ?? "")}</dd>
            </div>
          );
        })}
      </dl>
    </Panel>
  );
}

/** What makes the result less than it looks. */
function Doubts({ report }: { report: Report }) {
  const t = useTranslations("backtests");
  const server = useServerWords();
  const { trials, within_one_bar: within, mean_trade: mean } = report;
  return (
    <Panel title={t("doubts")} note={t("doubtsNote")}>
      <dl className="grid grid-cols-[minmax(0,1fr)] gap-2 px-3 py-2.5 sm:grid-cols-2">
        <Fact name={t("tried")} title={t("triedWhy")}>
          {formatCount(trials.trials)}
        </Fact>
        <Fact name={t("deflated")} title={t("deflatedWhy")}>
          {trials.probability === null ? <span className="font-normal text-ink-3">{server(trials.text)}</span> : percent(trials.probability)}
        </Fact>
        <Fact name={t("byLuck")} title={t("byLuckWhy")}>
          {trials.sharpe_expected_by_luck === null ? "—" : t("pair", { a: formatNumber(trials.sharpe_daily ?? 0, { digits: 4 }), b: formatNumber(trials.sharpe_expected_by_luck, { digits: 4 }) })}
        </Fact>
        <Fact name={t("meanSale")} title={t("meanSaleWhy")}>
          {mean.mean === null ? <span className="font-normal text-ink-3">{t("notEnough")}</span> : t("interval", { value: formatNumber(mean.mean), low: formatNumber(mean.low ?? 0), high: formatNumber(mean.high ?? 0) })}
        </Fact>
        <Fact name={t("withinBar")} title={t("withinBarWhy")}>
          {t("share", { count: formatCount(within.sales), share: percent(within.share_of_sales, { digits: 1 }) })}
        </Fact>
        <Fact name={t("withinProfit")} title={t("withinBarWhy")}>
          {t("share", { count: formatMoney(within.profit), share: percent(within.share_of_profit, { digits: 1 }) })}
        </Fact>
      </dl>
    </Panel>
  );
}

function Costs({ report: { costs } }: { report: Report }) {
  const t = useTranslations("backtests");
  return (
    <Panel title={t("costs")} note={t("costsNote")}>
      <dl className="grid grid-cols-2 gap-2 px-3 py-2.5 sm:grid-cols-3">
        <Fact name={t("fees")}>{formatMoney(costs.fees)}</Fact>
        {costs.half_spread === undefined || costs.slippage === undefined ? (
          <Fact name={t("spread")}>{formatMoney(costs.half_spread_and_slippage)}</Fact>
        ) : (
          <>
            <Fact name={t("halfSpread")}>{formatMoney(costs.half_spread)}</Fact>
            <Fact name={t("slippage")}>{formatMoney(costs.slippage)}</Fact>
          </>
        )}
        <Fact name={t("costsTotal")}>{formatMoney(costs.total)}</Fact>
        <Fact name={t("volume")}>{formatMoney(costs.volume)}</Fact>
        <Fact name={t("ofVolume")}>{costs.bps_of_volume === null ? "—" : t("bp", { value: formatNumber(costs.bps_of_volume) })}</Fact>
        <Fact name={t("beforeCosts")}>
          <span className={toneOf(costs.realised_before_costs)}>{formatMoney(costs.realised_before_costs, { signed: true })}</span>
        </Fact>
      </dl>
    </Panel>
  );
}

function Verdicts({ report }: { report: Report }) {
  const t = useTranslations("backtests");
  const reasonOf = useReasonWords();
  const reasons = Object.entries(report.exits_by_reason);
  return (
    <Panel title={t("verdicts")} note={t("verdictsNote")}>
      <dl className="grid grid-cols-2 gap-2 px-3 py-2.5 sm:grid-cols-4">
        {Object.entries(report.signals).map(([side, count]) => (
          <Fact key={side} name={t("signalsOf", { side })}>
            {formatCount(count)}
          </Fact>
        ))}
        <Fact name={t("refused")}>{formatCount(report.refused_by_oracle)}</Fact>
        <Fact name={t("rejections")}>{formatCount(report.rejections)}</Fact>
        <Fact name={t("skipped")}>{formatCount(report.skipped)}</Fact>
        <Fact name={t("released")}>{formatCount(report.released)}</Fact>
        {reasons.map(([reason, count]) => (
          <Fact key={reason} name={t("exitBy", { reason: reasonOf(reason) })}>
            {formatCount(count)}
          </Fact>
        ))}
      </dl>
      {report.rejections === 0 ? null : (
        <ul className="flex flex-wrap gap-x-5 border-t border-line px-3 py-1.5 text-xs">
          {Object.entries(report.rejections_by_rule).map(([rule, count]) => (
            <li key={rule} className="inline-flex items-center gap-1.5">
              <span className="font-medium">{rule}</span> <span className="num">{formatCount(count)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Months({ report }: { report: Report }) {
  const t = useTranslations("backtests");
  return (
    <Panel title={t("months")} note={t("monthsNote")}>
      {report.months.length === 0 ? (
        <Empty why={t("noMonth")} />
      ) : (
        <ol className="grid grid-cols-3 sm:grid-cols-6">
          {report.months.map((each) => (
            <li key={each.month} className="px-3 py-1.5">
              <span className="label">{each.month}</span>
              <span className={`num block font-medium ${toneOf(each.return)}`}>{percent(each.return, { signed: true })}</span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Markets({ report }: { report: Report }) {
  const t = useTranslations("backtests");
  return (
    <Panel title={t("byMarket")}>
      <Table
        caption={t("byMarket")}
        head={
          <>
            <Th>{t("market")}</Th>
            <Th right>{t("trades")}</Th>
            <Th right>{t("winsLosses")}</Th>
            <Th right>{t("realised")}</Th>
            <Th right>{t("fees")}</Th>
            <Th right>{t("held")}</Th>
          </>
        }
      >
        {Object.entries(report.markets).map(([market, each]) => (
          <tr key={market}>
            <Td className="font-medium">{market}</Td>
            <Td right>{formatCount(each.trades)}</Td>
            <Td right>{t("pair", { a: formatCount(each.wins), b: formatCount(each.losses) })}</Td>
            <Td right className={toneOf(each.realised)}>
              {formatMoney(each.realised, { signed: true })}
            </Td>
            <Td right>{formatMoney(each.fees)}</Td>
            <Td right>{percent(each.buy_and_hold_return, { signed: true })}</Td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

const HASHES = ["strategy_hash", "calibrator_hash", "data_identity", "contracts_hash"] as const satisfies readonly (keyof Plan)[];

function WhatWasRun({ run, report }: { run: Backtest; report: Report }) {
  const t = useTranslations("backtests");
  const { plan } = report;
  return (
    <Panel title={t("whatWasRun")} note={t("whatWasRunNote")}>
      <dl className="grid grid-cols-[minmax(0,1fr)] gap-2 px-3 py-2.5 sm:grid-cols-2 xl:grid-cols-4">
        <Fact name={t("recordHead")}>
          <Hash value={report.record_head} />
        </Fact>
        {HASHES.map((name) => (
          <Fact key={name} name={t(`hashes.${name}`)}>
            <Hash value={plan[name]} />
          </Fact>
        ))}
        <Fact name={t("confidence")}>
          {plan.confidence.startsWith("assumed") ? <Badge tone="warn">{plan.confidence}</Badge> : t("fitted")}
        </Fact>
        <Fact name={t("data")}>{plan.data_label}</Fact>
        <Fact name={t("ends")}>{formatTime(report.to, "minutes")}</Fact>
      </dl>
      <details className="border-t border-line px-3 py-2">
        <summary className="min-h-6 text-xs font-medium">{t("parametersOfRun")}</summary>
        <ul className="grid grid-cols-1 gap-x-6 font-mono text-2xs sm:grid-cols-2 lg:grid-cols-3">
          {Object.entries(plan.params).map(([name, value]) => (
            <li key={name}>
              {name} = {value}
            </li>
          ))}
        </ul>
      </details>
      <details className="border-t border-line px-3 py-2">
        <summary className="min-h-6 text-xs font-medium">{t("manifest")}</summary>
        <pre tabIndex={0} aria-label={t("manifest")} className="max-h-96 overflow-auto bg-sunken p-2 font-mono text-2xs">
          {JSON.stringify(run.manifest, null, 1)}
        </pre>
      </details>
      <ul className="flex flex-wrap gap-2 border-t border-line px-3 py-2.5" aria-label={t("files")}>
        {run.files.map((file) => (
          <li key={file.name}>
            <a href={fileAddress(run.id, file.name)} download className="inline-flex h-6 items-center gap-1 rounded-[3px] border border-line-strong px-2 text-xs font-medium whitespace-nowrap hover:bg-raised">
              <Download aria-hidden className="size-3" /> {file.name} <span className="num text-2xs text-ink-3">{t("kb", { size: formatNumber(file.bytes / 1024, { digits: 0 }) })}</span>
            </a>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
