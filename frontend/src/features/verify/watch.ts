/**
 * The watch that every visit keeps: the newest head that this browser saw here is compared with history, then replaced.
 *
 * Apart from the heads that a visitor asked to remember: this one moves on by itself for as long as history extends it.
 */
import { askPlainly } from "@/chain/plain";
import { nowMs } from "@/lib/clock";
import type { Check } from "@/verify/check";
import { extendsHead, type Remembered } from "@/verify/heads";
import { historyBy } from "./history";

const KEY = "tradeseal.seen";

export interface Broken {
  seen: Remembered;
  failed: Check[];
}

/** The head that was seen here last; null before the first visit. */
export function seenHead(): Remembered | null {
  try {
    return JSON.parse(window.localStorage.getItem(KEY) ?? "null") as Remembered | null;
  } catch {
    return null;
  }
}

/** Begin anew with whatever is here: the visitor knows why it changed. */
export function forgetSeen(): void {
  window.localStorage.removeItem(KEY);
}

/** Compare and move on; what contradicts the seen head is told and the head stays, for it is evidence. */
export async function watchHistory(history = historyBy(askPlainly)): Promise<Broken | null> {
  const seen = seenHead();
  const failed = seen === null ? [] : (await extendsHead(seen, history)).filter((each) => each.outcome === "fail");
  if (seen !== null && failed.length > 0) return { seen, failed };
  const head = await history.now();
  if (head !== null) window.localStorage.setItem(KEY, JSON.stringify({ head, seenAt: new Date(nowMs()).toISOString() } satisfies Remembered));
  return null;
}
