/**
 * A run's report as this page reads it, and how its figures are written.
 *
 * Knows the fields of `report.json` and of the manifest. Knows nothing of how a number is computed.
 */
import { formatCount, formatMoney, formatNumber, NO_DATA, shiftPoint } from "@/lib/format";

export interface Interval {
  value: number;
  low: number;
  high: number;
}

export interface Scores {
  observations: number;
  needed: number;
  enough: boolean;
  base_rate: number | null;
  mean_confidence: number | null;
  brier: number | null;
  brier_of_base_rate: number | null;
  skill: Interval | null;
  ece: Interval | null;
  ece_floor: number | null;
  auc: number | null;
  gate: number;
  at_gate: number;
  coverage: number | null;
  hit_rate: Interval | null;
  bins: { low: number; high: number; said: number; came_true: number; came_true_low: number; came_true_high: number; count: number }[];
}

export interface RunMetric {
  id: string;
  title: string;
  unit: "count" | "usdt" | "share" | "ratio";
  formula: string;
  value: string | number | null;
  text: string | null;
  observations: number;
  needed: number;
}

export interface Plan {
  strategy: string;
  params: Record<string, number>;
  strategy_hash: string;
  calibrator_hash: string;
  confidence: string;
  data_label: string;
  data_identity: string;
  interval_s: number;
  markets: string[];
  start: number;
  end: number;
  cash_e8: string;
  /** What the venue asks, by the options of the command line; left out where it asks nothing. */
  venue?: Record<string, string>;
  /** The contract's limits where they are not the usual ones. */
  limits?: Record<string, number>;
  contracts_hash: string;
  version: string;
}

export interface Report {
  id: string;
  plan: Plan;
  from: string;
  to: string;
  record_head: string;
  record_seq: number;
  bars: number;
  bars_played: number;
  initial: string;
  equity: string;
  signals: Record<string, number>;
  entries: number;
  exits: number;
  exits_by_reason: Record<string, number>;
  rejections: number;
  rejections_by_rule: Record<string, number>;
  refused_by_oracle: number;
  skipped: number;
  released: number;
  metrics: RunMetric[];
  months: { month: string; return: number }[];
  markets: Record<string, { buy_and_hold_return: number | null; trades: number; exits: number; wins: number; losses: number; realised: string; fees: string }>;
  costs: { fees: string; half_spread?: string; slippage?: string; half_spread_and_slippage: string; total: string; volume: string; bps_of_volume: number | null; realised_before_costs: string };
  within_one_bar: { sales: number; share_of_sales: number | null; profit: string; share_of_profit: number | null };
  mean_trade: { observations: number; mean: number | null; low: number | null; high: number | null };
  trials: { trials: number; observations: number; sharpe_daily: number | null; sharpe_expected_by_luck: number | null; probability: number | null; text: string };
  calibration: Scores;
  curve: { time: string; equity: string; hold: string; drawdown: number; low_drawdown: number }[];
  notes: string[];
  data?: { rows: number; gaps: number; missing_bars: number; duplicates: number; conflicts: number; bad_rows: number; bad_row_examples: string[]; ignored: { file: string; reason: string }[] };
}

export interface Folds {
  folds: { begin: string; end: string; fitted_on: number; slope: number; scores: Scores }[];
  pooled: Scores;
  median_ece: number | null;
  shrunk: number;
}

/** A share of one, as percent. */
export function percent(value: number | null | undefined, { signed = false, digits = 2 }: { signed?: boolean; digits?: number } = {}): string {
  return value === null || value === undefined ? NO_DATA : `${formatNumber(value * 100, { digits, signed })} %`;
}

/** A value with the bounds of its interval: `0.0123 (−0.01 to 0.03)` without the words. */
export function between(interval: Interval | null, write: (value: number) => string): string {
  return interval === null ? NO_DATA : `${write(interval.value)} (${write(interval.low)} … ${write(interval.high)})`;
}

const SIGNED: ReadonlySet<string> = new Set(["total_pnl", "total_return", "buy_and_hold_return", "annual_return", "average_profit", "average_loss", "average_exit", "best_trade", "worst_trade"]);

export function metricText({ id, unit, value }: Pick<RunMetric, "id" | "unit" | "value">): string | null {
  if (value === null) return null;
  const signed = SIGNED.has(id);
  switch (unit) {
    case "count":
      return formatCount(value);
    case "usdt":
      return formatMoney(String(value), { signed });
    case "share":
      return percent(Number(value), { signed });
    case "ratio":
      return formatNumber(value);
  }
}

/** The same run from a terminal. */
export function commandOf(report: Report): string {
  const { plan } = report;
  const words = ["tradeseal backtest", `--strategy ${plan.strategy}`];
  for (const [name, value] of Object.entries(plan.params)) words.push(`--param ${name}=${value}`);
  words.push(`--markets ${plan.markets.map((market) => market.split("-")[0]).join(",")}`, `--from ${timeOf(plan.start)}`, `--to ${timeOf(plan.end)}`);
  words.push(`--cash ${report.initial}`);
  const fee = feeOf(plan);
  if (fee !== undefined) words.push(`--fee ${fee}`);
  for (const [name, value] of Object.entries(plan.venue ?? {})) words.push(`--${name.replaceAll("_", "-")} ${value}`);
  const assumed = /^assumed (.+)$/.exec(plan.confidence)?.[1];
  if (assumed !== undefined) words.push(`--assume-confidence ${assumed}`);
  return words.join(" \\\n  ");
}

/** A fee that is not the usual one, as a share of a fill. */
export function feeOf({ limits }: Plan): string | undefined {
  const bps = limits?.fee_bps;
  return bps === undefined ? undefined : (shiftPoint(String(bps), -4) ?? undefined);
}

/** Whether the contract takes a share as its fee: whole basis points, at most a tenth. */
export function isFee(text: string): boolean {
  const bps = shiftPoint(text, 4);
  return bps !== null && /^\d{1,4}$/.test(bps) && Number(bps) <= FEE_MOST_BPS;
}

const FEE_MOST_BPS = 1_000;

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(":00.000Z", "Z");
}
