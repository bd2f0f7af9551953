/** The only wall clock of the page: ages and countdowns ask here, data carries its own times. */
import { useSyncExternalStore } from "react";

export function nowMs(): number {
  return Date.now();
}

const listeners = new Set<() => void>();
let second = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Be told once a second; one timer serves the whole page. */
export function everySecond(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    second = Math.floor(nowMs() / 1000);
    timer = setInterval(() => {
      second = Math.floor(nowMs() / 1000);
      for (const each of [...listeners]) each();
    }, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer !== undefined) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The second that everybody was told last; 0 before anybody listens. */
export const presentSecond = (): number => second;

/** Re-render once a second with the present second; one timer serves the whole page. 0 while the page is being exported. */
export function useSecond(): number {
  return useSyncExternalStore(
    everySecond,
    presentSecond,
    () => 0,
  );
}

/** How many seconds ago a moment of the wall clock was, told anew every second; null while it is not known. */
export function useAgeS(sinceMs: number | null): number | null {
  const second = useSecond();
  return second === 0 || sinceMs === null ? null : second - Math.floor(sinceMs / 1000);
}
