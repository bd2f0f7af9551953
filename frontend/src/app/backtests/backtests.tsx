"use client";

import dynamic from "next/dynamic";
import { useSearchParams } from "next/navigation";
import type { BacktestOrder, RunFilter, RunSort } from "@/api/backtests";
import { Curve } from "@/features/analytics/curve";
import type { Report } from "@/features/backtests";
import { Loading } from "@/layout/loading";
import { keepInAddress } from "@/lib/address";
import { useGo } from "@/live/go";

const Backtests = dynamic(() => import("@/features/backtests").then((file) => file.Backtests), { ssr: false, loading: Loading });
const Run = dynamic(() => import("@/features/backtests").then((file) => file.Run), { ssr: false, loading: Loading });
const Compare = dynamic(() => import("@/features/backtests").then((file) => file.Compare), { ssr: false, loading: Loading });

/** The list and its form, with `?id=` one run, with `?compare=` two to four of them. The address holds the filter and the form's beginning. */
export function BacktestsPage() {
  const query = useSearchParams();
  const go = useGo();
  const id = query.get("id");
  const compared = (query.get("compare") ?? "").split(",").filter((each) => /^[0-9a-z]+$/.test(each)).slice(0, 4);
  if (id !== null) return <Run key={id} id={id} curve={(report) => <Curve results={curveOf(report)} synthetic={report.plan.data_label === "synthetic"} />} />;
  if (compared.length > 1) return <Compare key={compared.join()} ids={compared} />;
  const filter: RunFilter = { strategy: query.get("of") ?? undefined, sort: (query.get("sort") as RunSort | null) ?? undefined };
  const onFilter = ({ strategy, sort }: RunFilter) => keepInAddress("/backtests", { of: strategy, sort });
  const onCompare = (ids: readonly string[]) => go(`/backtests?compare=${ids.join()}`);
  return <Backtests filter={filter} begin={beginOf(query)} onFilter={onFilter} onCompare={onCompare} />;
}

function beginOf(query: URLSearchParams): BacktestOrder {
  const text = (name: string) => query.get(name) ?? undefined;
  return { strategy: text("strategy"), params: numbers(text("params")), markets: text("markets")?.split(",") ?? [], from: text("from"), to: text("to"), cash: text("cash"), fee: text("fee") };
}

function numbers(text: string | undefined): Record<string, number> {
  try {
    const found: unknown = JSON.parse(text ?? "{}");
    return Object.fromEntries(Object.entries(found as object).filter((pair): pair is [string, number] => typeof pair[1] === "number"));
  } catch {
    return {};
  }
}

/** The curve of a run in the words of the results page; of lows a report keeps the fall alone, which is what the page draws. */
function curveOf(report: Report) {
  return {
    initial: report.initial,
    curve: report.curve.map((point) => ({ time: point.time, equity: point.equity, low: point.equity, buy_and_hold: point.hold, drawdown: String(point.drawdown), low_drawdown: String(point.low_drawdown) })),
  };
}
