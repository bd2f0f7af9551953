/**
 * What a key asks of the page: search, help, another page, the next row. Nothing here trades, and nothing ever will: an
 * order needs a button and a confirmation.
 *
 * Knows keys. Knows nothing of React or of what a page shows.
 */
import { PAGES } from "@/layout/pages";

export type Wish = { do: "search" } | { do: "help" } | { do: "go"; href: string } | { do: "row"; by: 1 | -1 };

/** After `g` the next letter names a page, for this long. */
export const LEADER_MS = 1500;

export interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  /** The key goes into a field, or a dialog is open. */
  typing: boolean;
}

const WISHES: Record<string, Wish> = { "/": { do: "search" }, "?": { do: "help" }, j: { do: "row", by: 1 }, k: { do: "row", by: -1 } };

export class Keys {
  private leaderAtMs = -Infinity;

  /** What this key asks for, or null: then it is the browser's own. */
  press({ key, ctrlKey, metaKey, altKey, typing }: Pressed, nowMs: number): Wish | null {
    const afterLeader = nowMs - this.leaderAtMs <= LEADER_MS;
    this.leaderAtMs = -Infinity;
    if (typing || ctrlKey || metaKey || altKey) return null;
    if (afterLeader) {
      const page = PAGES.find((each) => each.letter === key);
      return page ? { do: "go", href: page.href } : null;
    }
    if (key === "g") this.leaderAtMs = nowMs;
    return WISHES[key] ?? null;
  }
}
