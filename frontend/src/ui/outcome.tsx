import type { Cycle } from "@/api/types";
import { Badge, type Tone } from "./badge";

/** Outcomes come as the event that closed the cycle or as its short code; both read the same. */
const LOOKS: Record<string, { tone: Tone; text: string }> = {
  SETTLED: { tone: "up", text: "settled" },
  REJECTED: { tone: "down", text: "rejected" },
  REFUSED: { tone: "down", text: "refused" },
  SKIPPED: { tone: "warn", text: "skipped" },
  RELEASED: { tone: "warn", text: "released" },
  DECLINED: { tone: "plain", text: "declined" },
  PENDING: { tone: "plain", text: "under way" },
};

const SHORT: Record<string, string> = {
  TradeSettled: "SETTLED",
  TradeRejected: "REJECTED",
  SignalRefused: "REFUSED",
  OrderSkipped: "SKIPPED",
  TicketReleased: "RELEASED",
};

export const OUTCOMES = ["SETTLED", "REJECTED", "REFUSED", "SKIPPED", "RELEASED"] as const;

export function Outcome({ cycle }: { cycle: Pick<Cycle, "outcome" | "outcome_text"> }) {
  const code = cycle.outcome === null ? "PENDING" : (SHORT[cycle.outcome] ?? cycle.outcome);
  const look = LOOKS[code] ?? { tone: "plain" as Tone, text: code.toLowerCase().replaceAll("_", " ") };
  return (
    <Badge tone={look.tone} title={cycle.outcome_text ?? undefined}>
      {look.text}
    </Badge>
  );
}
