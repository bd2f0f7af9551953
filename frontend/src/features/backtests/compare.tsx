"use client";

import Link from "next/link";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import { useComparison, type BacktestComparison, type ComparedRun } from "@/api/backtests";
import { useReady } from "@/live/live";
import { cn } from "@/lib/cn";
import { useColours } from "@/lib/colours";
import { formatCount, formatMoney, formatNumber, shortHash } from "@/lib/format";
import { baseOf } from "@/lib/market";
import { formatFraction } from "@/lib/measure";
import { Panel } from "@/ui/panel";
import { Answered, SkeletonRows } from "@/ui/states";
import { Table, Td, Th } from "@/ui/table";
import { useCanvas, type Library } from "@/ui/use-canvas";
import { CompareCanvas } from "./compare-canvas";
import { between, metricText, percent } from "./report";
import { useFigureWords } from "./words";

const SWATCHES = ["border-ink", "border-dashed border-benchmark", "border-dotted border-warn", "border-dashed border-wax"];

interface Line {
  name: string;
  cells: string[];
}

/** Two to four runs side by side: what was run, where they differ, and what came of each. */
export function Compare({ ids }: { ids: readonly string[] }) {
  const t = useTranslations("backtests");
  const comparison = useComparison(ids, useReady());
  return (
    <div className="flex flex-col gap-px bg-line pb-px">
      <h1 className="sr-only">{t("comparison")}</h1>
      <Answered query={comparison} what={t("noRun")} loading={<SkeletonRows rows={16} label={t("comparison")} />}>
        {(found) => (
          <>
            <Curves runs={found.of_each} />
            <Asked found={found} />
            <Results found={found} />
          </>
        )}
      </Answered>
    </div>
  );
}

const draw = (library: Library, box: HTMLElement) => new CompareCanvas(library, box);

function Curves({ runs }: { runs: readonly ComparedRun[] }) {
  const t = useTranslations("backtests");
  const [box, canvas] = useCanvas(draw);
  const colours = useColours();
  useEffect(() => {
    if (colours) canvas?.show(runs, colours);
  }, [canvas, colours, runs]);
  const told = runs.map((run) => `${run.id.slice(0, 8)} ${percent(Number(run.equity) / Number(run.initial) - 1)}`).join("; ");
  return (
    <Panel
      title={t("equityCompared")}
      note={t("equityComparedNote")}
      bodyClassName="min-h-[300px]"
      actions={
        <>
          {runs.map((run, at) => (
            <span key={run.id} className="inline-flex items-center gap-1.5 text-2xs text-ink-2">
              <span aria-hidden className={cn("w-5 border-t-2", SWATCHES[at])} />
              {run.strategy} <span className="font-mono">{run.id.slice(0, 8)}</span>
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
function Lines({ title, note, runs, lines, marked = false }: { title: string; note: string; runs: readonly string[]; lines: readonly Line[]; marked?: boolean }) {
  return (
    <Panel title={title} note={note}>
      <Table
        caption={title}
        head={
          <>
            <Th />
            {runs.map((id) => (
              <Th key={id} right>
                <Link prefetch={false} href={`/backtests?id=${id}`} className="underline underline-offset-2">
                  {id.slice(0, 8)}
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
              <Td key={runs[at]} right className="whitespace-nowrap">
                {cell}
              </Td>
            ))}
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

/** Told of every run, beside what differs. */
const ALWAYS = new Set(["strategy", "params", "data_label", "markets", "interval_s", "confidence", "start", "end", "cash_e8"]);

function Asked({ found }: { found: BacktestComparison }) {
  const t = useTranslations("backtests");
  const of = (name: string, cell: (run: ComparedRun) => string): Line => ({ name, cells: found.of_each.map(cell) });
  const wordOf = (name: string) => {
    const key = [`hashes.${name}`, `planWords.${name}`].find((each) => t.has(each as never));
    return key === undefined ? name.replaceAll("_", " ") : t(key as never);
  };
  const params = [...new Set(found.of_each.flatMap((run) => Object.keys(run.params)))].sort();
  const lines = [
    of(t("strategy"), (run) => run.strategy),
    of(t("markets"), (run) => run.markets.map(baseOf).join(" ")),
    of(t("span"), (run) => t("fromTo", { from: run.from.slice(0, 10), to: run.to.slice(0, 10) })),
    of(t("initial"), (run) => formatMoney(run.initial)),
    of(t("confidence"), (run) => (run.confidence.startsWith("assumed") ? run.confidence : t("fitted"))),
    ...params.map((name) => of(name, (run) => String(run.params[name] ?? "—"))),
    ...Object.entries(found.plans_differ)
      .filter(([name]) => !ALWAYS.has(name))
      .map(([name, values]) => ({ name: wordOf(name), cells: values.map(told) })),
  ];
  return <Lines title={t("whatWasRun")} note={t("differentBold")} runs={found.runs} lines={lines} marked />;
}

/** Whatever stands in a plan: hashes short, mappings as they are written. */
function told(value: unknown): string {
  if (value === null || value === undefined) return "—";
  if (typeof value === "string") return /^(0x)?[0-9a-f]{32,}$/.test(value) ? shortHash(value) : value;
  return JSON.stringify(value);
}

function Results({ found }: { found: BacktestComparison }) {
  const t = useTranslations("backtests");
  const wordsOf = useFigureWords();
  const of = (name: string, cell: (run: ComparedRun) => string): Line => ({ name, cells: found.of_each.map(cell) });
  const lines = [
    of(t("equity"), (run) => formatMoney(run.equity)),
    ...found.metrics.map((metric) => ({
      name: wordsOf(metric).name,
      cells: metric.values.map((value) => metricText({ ...metric, value: value === null || metric.unit === "usdt" ? value : Number(value) }) ?? t("notEnough")),
    })),
    of(t("costsTotal"), (run) => formatMoney(run.costs)),
    of(t("rejections"), (run) => formatCount(run.rejections)),
    of(t("deflated"), (run) => formatFraction(run.deflated_sharpe)),
    of(t("skill"), ({ skill }) => between(skill && { value: Number(skill.value), low: Number(skill.low), high: Number(skill.high) }, (value) => formatNumber(value, { digits: 4 }))),
  ];
  return <Lines title={t("metrics")} note={t("compareNote")} runs={found.runs} lines={lines} />;
}
