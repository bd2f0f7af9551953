"use client";

/** A rule's refusal as a sentence in the reader's language, from the contract's own two numbers. */
import { useTranslations } from "use-intl";
import type { RuleFailure } from "@/api/types";
import { formatQuantity } from "@/lib/format";
import { formatFraction, formatMeasure } from "@/lib/measure";
import { nameOf } from "./server-words";

export function useFailureWords(): (rule: RuleFailure, side: string) => string {
  const t = useTranslations("failures");
  const state = (words: string) =>
    words
      .split(", ")
      .map((word) => (t.has(`states.${nameOf(word)}` as never) ? t(`states.${nameOf(word)}` as never) : word))
      .join(", ");
  return (rule, side) => {
    // Without both numbers the server's own sentence says why.
    if (rule.measured === null || rule.limit === null) return rule.text;
    const sides = { measured: formatMeasure(rule.measured, rule.unit), limit: formatMeasure(rule.limit, rule.unit) };
    if (rule.id === "RULE-05") return t(`RULE-05.${partOf(rule)}`, { ...sides, share: formatFraction(rule.measured) });
    if (rule.id === "RULE-08") {
      // What is sold is counted in its own unit, to the last digit; what is bought costs money.
      return side === "SELL" ? t("RULE-08.sell", { measured: formatQuantity(rule.measured), limit: formatQuantity(rule.limit) }) : t("RULE-08.buy", sides);
    }
    if (rule.id === "RULE-09") return t("RULE-09", { state: state(rule.measured) });
    return t(rule.id, sides);
  };
}

/** RULE-05 has parts; the kind and the order of its numbers tell which it was (RULES.md). */
function partOf({ unit, measured, limit }: RuleFailure): "size" | "commitment" | "expired" | "candle" {
  if (unit === "percent") return "size";
  if (unit !== "time") return "commitment";
  return Date.parse(measured ?? "") > Date.parse(limit ?? "") ? "expired" : "candle";
}
