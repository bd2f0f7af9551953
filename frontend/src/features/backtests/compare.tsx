"use client";

import { useQueries } from "@tanstack/react-query";
import Link from "next/link";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import { backtestQuery } from "@/api/backtests";
import { useReady } from "@/live/live";
import { cn } from "@/lib/cn";
import { useColours } from "@/lib/colours";
import { formatCount, formatMoney, formatNumber, shortHash } from "@/lib/format";
import { baseOf } from "@/lib/market";
import { Panel } from "@/ui/panel";
import { Failure, SkeletonRows } from "@/ui/states";
import { Table, Td, Th } from "@/ui/table";
import { useCanvas, type Library } from "@/ui/use-canvas";
import { CompareCanvas } from "./compare-canvas";
import { between, metricOf, metricText, percent, type Report } from "./report";
import { useFigureWords } from "./words";

/** Of the metrics those that tell two runs apart. */
const METRICS = ["total_return", "buy_and_hold_return", "annual_return", "annual_volatility", "sharpe", "sortino", "max_drawdown", "max_drawdown_low", "total_trades", "win_rate", "profit_factor", "total_pnl", "fees"];
const SWATCHES = ["border-ink", "border-dashed border-benchmark", "border-dotted border-warn", "border-dashed border-wax"];

interface Line {
  name: string;
  cells: string[];
}

/** Two to four runs side by side: what was run, where they differ, and what came of each. */
export function Compare({ ids }: { ids: readonly string[] }) {
  const t = useTranslations("backtests");
  const ready = useReady();
  const runs = useQueries({ queries: ids.map((id) => ({ ...backtestQuery(id), enabled: ready })) });
  const failed = runs.find((run) => run.error !== null && run.data === undefined);
  const reports = runs.flatMap((run) => (run.data ? [run.data.report as unknown as Report] : []));
  return (
    <div className="flex flex-col gap-px bg-line pb-px">
      <h1 className="sr-only">{t("comparison")}</h1>
      {failed ? (
        <Failure what={t("noRun")} error={failed.error} onRetry={() => void failed.refetch()} className="m-3" />
      ) : reports.length < ids.length ? (
        <div className="bg-surface">
          <SkeletonRows rows={16} label={t("comparison")} />
        </div>
      ) : (
        <>
          <Curves reports={reports} />
          <Asked reports={reports} />
          <Results reports={reports} />
        </>
      )}
    </div>
  );
}

const draw = (library: Library, box: HTMLElement) => new CompareCanvas(library, box);

function Curves({ reports }: { reports: readonly Report[] }) {
  const t = useTranslations("backtests");
  const [box, canvas] = useCanvas(draw);
  const colours = useColours();
  useEffect(() => {
    if (colours) canvas?.show(reports, colours);
  }, [canvas, colours, reports]);
  const told = reports.map((report) => `${report.id.slice(0, 8)} ${metricText(metricOf(report, "total_return") ?? { id: "", unit: "share", value: null }) ?? "—"}`).join("; ");
  return (
    <Panel
      title={t("equityCompared")}
      note={t("equityComparedNote")}
      bodyClassName="min-h-[300px]"
      actions={
        <>
          {reports.map((report, at) => (
            <span key={report.id} className="inline-flex items-center gap-1.5 text-2xs text-ink-2">
              <span aria-hidden className={cn("w-5 border-t-2", SWATCHES[at])} />
              {report.plan.strategy} <span className="font-mono">{report.id.slice(0, 8)}</span>
            </span>
          ))}
          <Link prefetch={false} href="/backtests" className="inline-flex min-h-6 items-center text-xs underline underline-offset-2">
            {t("allRuns")}
          </Link>
        </>
      }
    >
      <div ref={box} className="absolute inset-0" role="img" aria-label={t("equityComparedAs", { runs: told })} />
    </Panel>
  );
}

/** `marked`: where not all runs say the same, the line stands out. */
function Lines({ title, note, reports, lines, marked = false }: { title: string; note: string; reports: readonly Report[]; lines: readonly Line[]; marked?: boolean }) {
  return (
    <Panel title={title} note={note}>
      <Table
        caption={title}
        head={
          <>
            <Th />
            {reports.map((report) => (
              <Th key={report.id} right>
                <Link prefetch={false} href={`/backtests?id=${report.id}`} className="underline underline-offset-2">
                  {report.id.slice(0, 8)}
                </Link>
              </Th>
            ))}
          </>
        }
      >
        {lines.map((line) => (
          <tr key={line.name} className={cn(marked && new Set(line.cells).size > 1 && "font-semibold")}>
            <Td className="text-xs whitespace-nowrap">{line.name}</Td>
            {line.cells.map((cell, at) => (
              <Td key={reports[at]?.id} right className="whitespace-nowrap">
                {cell}
              </Td>
            ))}
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

function Asked({ reports }: { reports: readonly Report[] }) {
  const t = useTranslations("backtests");
  const of = (name: string, cell: (report: Report) => string): Line => ({ name, cells: reports.map(cell) });
  const params = [...new Set(reports.flatMap((report) => Object.keys(report.plan.params)))].sort();
  const lines = [
    of(t("strategy"), ({ plan }) => plan.strategy),
    of(t("markets"), ({ plan }) => plan.markets.map(baseOf).join(" ")),
    of(t("span"), (report) => t("fromTo", { from: report.from.slice(0, 10), to: report.to.slice(0, 10) })),
    of(t("initial"), (report) => formatMoney(report.initial)),
    of(t("confidence"), ({ plan }) => (plan.confidence.startsWith("assumed") ? plan.confidence : t("fitted"))),
    of(t("hashes.data_identity"), ({ plan }) => shortHash(plan.data_identity)),
    of(t("hashes.strategy_hash"), ({ plan }) => shortHash(plan.strategy_hash)),
    of(t("hashes.contracts_hash"), ({ plan }) => shortHash(plan.contracts_hash)),
    ...params.map((name) => of(name, ({ plan }) => String(plan.params[name] ?? "—"))),
  ];
  return <Lines title={t("whatWasRun")} note={t("differentBold")} reports={reports} lines={lines} marked />;
}

function Results({ reports }: { reports: readonly Report[] }) {
  const t = useTranslations("backtests");
  const wordsOf = useFigureWords();
  const of = (name: string, cell: (report: Report) => string): Line => ({ name, cells: reports.map(cell) });
  const lines = [
    of(t("equity"), (report) => formatMoney(report.equity)),
    ...METRICS.map((id) =>
      of(wordsOf({ id }).name, (report) => {
        const metric = metricOf(report, id);
        return metric === undefined ? "—" : (metricText(metric) ?? t("notEnough"));
      }),
    ),
    of(t("costsTotal"), ({ costs }) => formatMoney(costs.total)),
    of(t("rejections"), (report) => formatCount(report.rejections)),
    of(t("deflated"), ({ trials }) => percent(trials.probability)),
    of(t("skill"), ({ calibration }) => between(calibration.skill, (value) => formatNumber(value, { digits: 4 }))),
  ];
  return <Lines title={t("metrics")} note={t("compareNote")} reports={reports} lines={lines} />;
}
