import { nowMs } from "@/lib/clock";
import type { Socket, Surroundings } from "./connection";

/**
 * The browser around a live connection. In a hidden tab frames stop, so a timer draws there instead.
 *
 * What changed is worked out right after a frame, in a task of its own: within the frame's own task, before its layout
 * and painting, it would make that frame late.
 */
export const browser: Surroundings = {
  open: (url) => new WebSocket(url) as unknown as Socket,
  nowMs,
  onFrame: (run) => {
    if (document.visibilityState === "hidden") setTimeout(run, 250);
    else requestAnimationFrame(() => setTimeout(run));
  },
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  chance: () => Math.random(),
};

export function socketUrl(path: string): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}${path}`;
}
