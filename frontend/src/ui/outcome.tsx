"use client";

import { useTranslations } from "use-intl";
import { Badge, type Tone } from "./badge";
import { useOutcomeWords, type Ended } from "./outcome-words";

/** Outcomes come as the event that closed the cycle or as its short code; both read the same. */
const LOOKS: Record<string, { tone: Tone }> = {
  SETTLED: { tone: "up" },
  REJECTED: { tone: "down" },
  REFUSED: { tone: "down" },
  SKIPPED: { tone: "warn" },
  RELEASED: { tone: "warn" },
  DECLINED: { tone: "plain" },
  PENDING: { tone: "plain" },
};

const SHORT: Record<string, string> = {
  TradeSettled: "SETTLED",
  TradeRejected: "REJECTED",
  SignalRefused: "REFUSED",
  OrderSkipped: "SKIPPED",
  TicketReleased: "RELEASED",
};

export const OUTCOMES = ["SETTLED", "REJECTED", "REFUSED", "SKIPPED", "RELEASED"] as const;

export function Outcome({ cycle }: { cycle: Ended }) {
  const t = useTranslations("ui");
  const words = useOutcomeWords();
  const code = cycle.outcome === null ? "PENDING" : (SHORT[cycle.outcome] ?? cycle.outcome);
  const tone = LOOKS[code]?.tone ?? "plain";
  return (
    <Badge tone={tone} title={words(cycle)}>
      {t.has(`outcomes.${code}` as never) ? t(`outcomes.${code}` as never) : code.toLowerCase().replaceAll("_", " ")}
    </Badge>
  );
}
