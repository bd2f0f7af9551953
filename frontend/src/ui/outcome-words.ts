"use client";

/** How a cycle ended, as a sentence in the reader's language, from its own numbers. */
import { useTranslations } from "use-intl";
import type { Cycle } from "@/api/types";
import { formatMoney, formatPrice, formatQuantity } from "@/lib/format";
import { useFailureWords } from "./failure-words";
import { useServerWords } from "./server-words";

export type Ended = Pick<Cycle, "outcome" | "outcome_text" | "rules" | "side" | "quantity" | "fill_price" | "realised">;

/** How the oracle says which of its numbered checks turned a signal away. */
const REFUSAL = /^CHECK_(?<number>\d+)_(?<name>.+?): got (?<got>.+), wanted (?<wanted>.+)\.$/;

export function useOutcomeWords(): (cycle: Ended) => string | undefined {
  const t = useTranslations("outcomeWords");
  const failure = useFailureWords();
  const server = useServerWords();
  return (cycle) => {
    const settled = cycle.outcome === "SETTLED" || cycle.outcome === "TradeSettled";
    if (settled && cycle.fill_price !== null) {
      const told = { quantity: formatQuantity(cycle.quantity), price: formatPrice(cycle.fill_price), realised: formatMoney(cycle.realised) };
      return t(cycle.side === "SELL" ? "sold" : "bought", told);
    }
    if (cycle.rules.length > 0) return cycle.rules.map((rule) => `${rule.id} ${failure(rule, cycle.side)}`).join(" ");
    const check = REFUSAL.exec(cycle.outcome_text ?? "")?.groups;
    if (check !== undefined) return t("refusedBy", { number: check.number ?? "", name: server(check.name) ?? "", got: server(check.got) ?? "", wanted: server(check.wanted) ?? "" });
    return server(cycle.outcome_text);
  };
}
