"use client";

import { useTranslations } from "use-intl";
import { useLive, useStatus } from "./live";
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

/** Why no entry can be made, or null. */
export function useEntryBlock(): string | null {
  const t = useTranslations("blocked");
  const block = useChangeBlock();
  const finished = useStatus((status) => status.phase) === "FINISHED";
  const attesting = useStatus((status) => status.attesting);
  if (block !== null) return block;
  if (attesting === false) return t("oracleSilent");
  return finished ? t("finished") : null;
}
