"use client";

import { useDashboard, useLive } from "./live";
import { isStarting } from "./phase";
import { useSessionBlock } from "./session";

/** Why nothing can be changed from here at this moment, or null. Every trading button shows it. */
export function useChangeBlock(): string | null {
  const session = useSessionBlock();
  const link = useLive((live) => live.link.link);
  const status = useDashboard("status");
  if (link !== "open") return "Not connected: what you see may be old.";
  if (status === undefined || isStarting(status.phase)) return "The engine is still starting.";
  if (status.phase === "STOPPED") return "The engine has stopped.";
  return session;
}

/** Why no entry can be made, or null. */
export function useEntryBlock(): string | null {
  const block = useChangeBlock();
  const finished = useDashboard("status")?.phase === "FINISHED";
  return block ?? (finished ? "The replay is finished: there is no next candle." : null);
}
