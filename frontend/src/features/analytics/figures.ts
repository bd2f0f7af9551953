/**
 * How the numbers of the results page are written.
 *
 * Knows units and what stands in place of a number that is not there. Knows nothing of how a number is computed: the
 * server says it in `formula`.
 */
import type { Metric } from "@/api/analytics";
import { formatAge, formatCount, formatMoney, formatNumber, NO_DATA } from "@/lib/format";
import { formatFraction } from "@/lib/measure";

/** Those of which the sign is the news. */
const SIGNED: ReadonlySet<Metric["id"]> = new Set([
  "total_pnl", "total_return", "buy_and_hold_return", "annual_return", "average_profit", "average_loss", "average_exit", "best_trade", "worst_trade",
]); // prettier-ignore

export interface Shown {
  text: string;
  /** A number, or words on why there is none. */
  isNumber: boolean;
  /** What its sign says, where that is the news. */
  signed: boolean;
}

/** A metric as it is read; without a value the server's words on why, and never 0. */
export function shownMetric(metric: Pick<Metric, "id" | "unit" | "value" | "text">): Shown {
  const signed = SIGNED.has(metric.id);
  if (metric.value === null) return { text: metric.text ?? NO_DATA, isNumber: false, signed: false };
  return { text: inUnit(metric.value, metric.unit, signed), isNumber: true, signed };
}

function inUnit(value: string, unit: Metric["unit"], signed: boolean): string {
  switch (unit) {
    case "count":
      return formatCount(value);
    case "usdt":
      return formatMoney(value, { signed });
    case "share":
      return formatFraction(value, { signed });
    case "ratio":
      return formatNumber(value);
  }
}

/** Milliseconds as people read them: `8.1 ms`, `1.24 s`, `2 min`. */
export function formatMs(ms: string | null): string {
  if (ms === null) return NO_DATA;
  const size = Number(ms);
  if (!Number.isFinite(size)) return NO_DATA;
  if (size < 100) return `${formatNumber(size, { digits: 1 })} ms`;
  if (size < 1000) return `${formatNumber(size, { digits: 0 })} ms`;
  return size < 60_000 ? `${formatNumber(size / 1000)} s` : formatAge(size / 1000);
}

export const GROUPS = [
  { name: "return", ids: ["total_return", "buy_and_hold_return", "annual_return", "total_pnl", "fees"] },
  { name: "risk", ids: ["max_drawdown", "max_drawdown_low", "annual_volatility", "sharpe", "sortino"] },
  {
    name: "trades",
    ids: ["total_trades", "exits", "win_rate", "profit_factor", "wins", "losses", "break_even", "average_exit", "average_profit", "average_loss", "best_trade", "worst_trade"],
  },
] as const satisfies readonly { name: string; ids: readonly Metric["id"][] }[];

export interface MetricGroup {
  name: (typeof GROUPS)[number]["name"];
  metrics: Metric[];
}

/** The metrics by subject; one that no group names goes to the last, so that nothing the server says is lost. */
export function grouped(metrics: readonly Metric[]): MetricGroup[] {
  const named = new Set<string>(GROUPS.flatMap((group) => group.ids));
  return GROUPS.map((group, index) => ({
    name: group.name,
    metrics: [
      ...group.ids.flatMap((id) => metrics.filter((metric) => metric.id === id)),
      ...(index === GROUPS.length - 1 ? metrics.filter((metric) => !named.has(metric.id)) : []),
    ],
  }));
}
