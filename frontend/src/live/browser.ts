import { nowMs } from "@/lib/clock";
import type { Socket, Surroundings } from "./connection";

/** The browser around a live connection. In a hidden tab frames stop, so a timer draws there instead. */
export const browser: Surroundings = {
  open: (url) => new WebSocket(url) as unknown as Socket,
  nowMs,
  onFrame: (run) => {
    if (document.visibilityState === "hidden") setTimeout(run, 250);
    else requestAnimationFrame(run);
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
