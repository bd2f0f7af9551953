"use client";

import { useTranslations } from "use-intl";
import { formatCount } from "@/lib/format";
import { useDashboard, useLive } from "./live";

interface Told {
  state: "alive" | "silent" | "late" | "unknown";
  words: string;
  signed: string;
}

/** Is the oracle alive, why so in words, and of when its newest prices on the chain are; null before anything was signed. */
export function useOracle(): Told | null {
  const t = useTranslations("oracle");
  const connected = useLive((live) => live.link.link) === "open";
  const status = useDashboard("status");
  const signed = useDashboard("book")?.observed_at;
  const behind = candlesBehind(signed, status?.data_clock, status?.data.interval_s);
  const waiting = useDashboard("counters")?.open ?? 0;
  if (status === undefined || !signed || behind === null) return null;
  if (!connected) return { state: "unknown", words: t("notKnown"), signed };
  if (!status.attesting) return { state: "silent", words: t("silent"), signed };
  if (behind <= 1) return { state: "alive", words: t("inStep"), signed };
  // Prices are signed only where they can change a verdict: many candles without any are no sign of death while nothing waits.
  return waiting > 0 ? { state: "late", words: t("late", { waiting, count: formatCount(behind) }), signed } : { state: "alive", words: t("idle", { count: formatCount(behind) }), signed };
}

/** A round's prices are posted when the next candle opens: one behind is in step. */
function candlesBehind(seen: string | null | undefined, clock: string | null | undefined, intervalS: number | undefined): number | null {
  if (!seen || !clock || !intervalS) return null;
  return Math.max(0, Math.floor((Date.parse(clock) - Date.parse(seen)) / 1000 / intervalS));
}
