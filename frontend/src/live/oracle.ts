"use client";

import { useTranslations } from "use-intl";
import { useAgeS } from "@/lib/clock";
import { formatCount } from "@/lib/format";
import { useDashboard, useLive } from "./live";

interface Told {
  state: "alive" | "silent" | "late" | "unknown";
  words: string;
  /** How many seconds ago its newest prices came on the chain, on the wall clock; null while not known. */
  ageS: number | null;
}

/** Is the oracle alive, why so in words, and how old its newest prices on the chain are; null before anything was signed. */
export function useOracle(): Told | null {
  const t = useTranslations("oracle");
  const connected = useLive((live) => live.link.link) === "open";
  const status = useDashboard("status");
  const signed = useDashboard("book")?.observed_at;
  const behind = candlesBehind(signed, status?.data_clock, status?.data.interval_s);
  const waiting = useDashboard("counters")?.open ?? 0;
  const ageS = useAgeS(status?.signed_at ? Date.parse(status.signed_at) : null);
  if (status === undefined || !signed || behind === null) return null;
  const told = (state: Told["state"], words: string): Told => ({ state, words, ageS });
  if (!connected) return told("unknown", t("notKnown"));
  if (!status.attesting) return told("silent", t("silent"));
  if (behind <= 1) return told("alive", t("inStep"));
  // Prices are signed only where they can change a verdict: many candles without any are no sign of death while nothing waits.
  return waiting > 0 ? told("late", t("late", { waiting, count: formatCount(behind) })) : told("alive", t("idle", { count: formatCount(behind) }));
}

/** A round's prices are posted when the next candle opens: one behind is in step. */
function candlesBehind(seen: string | null | undefined, clock: string | null | undefined, intervalS: number | undefined): number | null {
  if (!seen || !clock || !intervalS) return null;
  return Math.max(0, Math.floor((Date.parse(clock) - Date.parse(seen)) / 1000 / intervalS));
}
