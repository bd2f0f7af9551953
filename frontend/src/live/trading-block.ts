"use client";

import { useTranslations } from "use-intl";
import { useDashboard, useLive } from "./live";
import { isStarting } from "./phase";
import { useSessionBlock } from "./session";

/** Why nothing can be changed from here at this moment, or null. Every trading button shows it. */
export function useChangeBlock(): string | null {
  const t = useTranslations("blocked");
  const session = useSessionBlock();
  const link = useLive((live) => live.link.link);
  const status = useDashboard("status");
  if (link !== "open") return t("notConnected");
  if (status === undefined || isStarting(status.phase)) return t("starting");
  if (status.phase === "STOPPED") return t("stopped");
  return session;
}

/** Why no entry can be made, or null. */
export function useEntryBlock(): string | null {
  const t = useTranslations("blocked");
  const block = useChangeBlock();
  const finished = useDashboard("status")?.phase === "FINISHED";
  return block ?? (finished ? t("finished") : null);
}
