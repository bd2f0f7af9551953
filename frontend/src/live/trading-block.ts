"use client";

import { useTranslations } from "use-intl";
import { useDashboard, useLive, useStatus } from "./live";
import { isStarting } from "./phase";
import { useSessionBlock } from "./session";

/** Why nothing can be changed from here at this moment, or null. Every trading button shows it. */
export function useChangeBlock(): string | null {
  const t = useTranslations("blocked");
  const session = useSessionBlock();
  const link = useLive((live) => live.link.link);
  const phase = useStatus((status) => status.phase);
  if (link !== "open") return t("notConnected");
  if (phase === undefined || isStarting(phase)) return t("starting");
  if (phase === "STOPPED") return t("stopped");
  return session;
}

/** Why the replay cannot be held or go on, or null. */
export function useWalkBlock(): string | null {
  const t = useTranslations("blocked");
  const block = useChangeBlock();
  const finished = useStatus((status) => status.phase) === "FINISHED";
  return block ?? (finished ? t("finished") : null);
}

/** Why no entry can be made, or null. */
export function useEntryBlock(): string | null {
  const t = useTranslations("blocked");
  const block = useWalkBlock();
  const attesting = useStatus((status) => status.attesting);
  const priced = usePriced();
  if (block !== null) return block;
  if (attesting === false) return t("oracleSilent");
  return priced ? null : t("noPricesYet");
}

/** Whether signed prices are on the chain: before the first there is nothing that the contract could measure. */
export function usePriced(): boolean {
  return Boolean(useDashboard("book")?.observed_at);
}
