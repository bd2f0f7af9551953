/**
 * The two sides of a rule's comparison as people read them.
 *
 * The unit comes with the numbers; shares are written as fractions of one by the server ("0.05" is 5 %).
 */
import type { RuleFailure } from "@/api/types";
import { formatCount, formatMoney, formatNumber, formatTime, NO_DATA, shiftPoint } from "./format";

export type Unit = RuleFailure["unit"];

export function formatMeasure(value: string | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || value === "") return NO_DATA;
  switch (unit) {
    case "percent":
    case "probability":
      return formatFraction(value);
    case "count":
      return formatCount(value);
    case "bps":
      return `${formatNumber(value, { digits: 0 })} bp`;
    case "amount":
      return formatMoney(value);
    case "time":
      return formatTime(value, "minutes");
    case "state":
      return value;
  }
}

/** A share of one as percent, exactly: "0.0525" → `5.25 %`. */
export function formatFraction(value: string | null | undefined, { signed = false, digits = 2 }: { signed?: boolean; digits?: number } = {}): string {
  if (value === null || value === undefined) return NO_DATA;
  const percent = shiftPoint(value, 2);
  return percent === null ? NO_DATA : `${formatNumber(percent, { digits, signed })} %`;
}

/** Rules whose measure has to reach the limit (RULES.md). */
const AT_LEAST: ReadonlySet<string> = new Set(["RULE-03", "RULE-06"]);

/** A rule's limit, with a mark where it is one that has to be reached. */
export function formatLimit(rule: string, limit: string | null | undefined, unit: Unit): string {
  const text = formatMeasure(limit, unit);
  return AT_LEAST.has(rule) && text !== NO_DATA ? `≥ ${text}` : text;
}
