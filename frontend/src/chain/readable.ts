/**
 * What a raw field means to a person: an integer of 1e-8 as an amount, basis points as percent, an id as its name.
 *
 * Goes by the names that the contracts use for one thing everywhere (design: one word, one meaning).
 */
import { hexToString, type Hex } from "viem";
import { formatBps, formatNumber, formatTime, shiftPoint } from "@/lib/format";
import type { Field } from "./decode";
import type { Known } from "./known";

const AMOUNTS = new Set(
  ("amount cash cashAfter closing cost costAfter entryPrice equity fee limitPrice mark notional openExit opening openingAfter peak peakAfter pending price prices " +
    "quantity quantityAfter realised remaining reserved reservedBuy taken").split(" "),
);
const TIMES = new Set(["observedAt", "candleClose", "expiresAt", "haltedAt", "entryAt", "readyAt", "proposedAt", "acceptableFrom"]);
const STATES = ["ACTIVE", "REDUCING", "HALTED"];
const SKIPS = ["NONE", "UNKNOWN", "REVOKED", "SPENT", "SAME_BLOCK", "MALFORMED", "OUT_OF_BAND", "MARKS_OLD", "NOTHING_TO_SELL"];
const ENUMS: Record<string, readonly string[]> = {
  side: ["HOLD", "BUY", "SELL"],
  reason: ["NONE", "SIGNAL", "STOP_LOSS", "TAKE_PROFIT", "TRAILING", "TIME_LIMIT", "MANUAL", "KILL"],
  state: STATES,
  manual: STATES,
  class: ["SIMULATED", "PAPER", "LIVE"],
  code: SKIPS,
  cause: ["BY_A_ROLE", "LATE", "VOID"],
};

export function readable({ name, type, value }: Field, known: Known): string | null {
  if (typeof value !== "string") return null;
  const base = name.replace(/\[\d+\]$/, "");
  if (type === "bytes32") return known.marketOf(value) ?? textIn(value);
  if (type === "address") return known.contractAt(value)?.name ?? known.roleOf(value) ?? null;
  if (!/^u?int\d+$/.test(type)) return null;
  if (AMOUNTS.has(base)) return formatNumber(shiftPoint(value, -8), { digits: 8, minDigits: 2 });
  if (base.endsWith("Bps")) return formatBps(value);
  if (base.endsWith("Seconds")) return `${formatNumber(value, { digits: 0 })} s`;
  if (TIMES.has(base)) return value === "0" ? null : formatTime(new Date(Number(value) * 1000).toISOString());
  if (base === "day" || base === "nextDay") return new Date(Number(value) * 86_400_000).toISOString().slice(0, 10);
  if (base === "rules" || base === "failed") return rulesIn(Number(value)).join(" ") || null;
  return ENUMS[base]?.[Number(value)] ?? null;
}

/** The id of an error in RULES.md: its name in capitals, `PriceTooGood` as PRICE_TOO_GOOD. */
export function codeOf(error: string): string {
  return error.replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_").toUpperCase();
}

/** The rules of a bit mask: bit n−1 is RULE-0n. */
export function rulesIn(mask: number): string[] {
  return Array.from({ length: 9 }, (_, bit) => (mask & (1 << bit) ? `RULE-0${bit + 1}` : null)).filter((rule): rule is string => rule !== null);
}

/** A short text kept in 32 bytes, such as the reason of a state. */
function textIn(bytes: string): string | null {
  if (!/00$/.test(bytes) || /^0x0*$/.test(bytes)) return null;
  const text = hexToString(bytes as Hex, { size: 32 }).replaceAll("\0", "");
  return /^[\x20-\x7e]{2,}$/.test(text) ? text : null;
}
