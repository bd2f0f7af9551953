"use client";

import { useSyncExternalStore } from "react";
import { INDICATORS, type Indicator } from "@/api/candles";

const KEY = "tradeseal-indicators";
const FIRST: readonly Indicator[] = ["averages"];
const listeners = new Set<() => void>();
let known: { text: string | null; chosen: readonly Indicator[] } | undefined;

/** The indicators that this browser's reader chose last. */
export function useChosenIndicators(): [readonly Indicator[], (chosen: Indicator[]) => void] {
  const chosen = useSyncExternalStore(watch, read, () => FIRST);
  return [chosen, choose];
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function read(): readonly Indicator[] {
  const text = stored();
  if (known === undefined || known.text !== text) known = { text, chosen: text === null ? FIRST : INDICATORS.filter((name) => text.split(",").includes(name)) };
  return known.chosen;
}

function choose(chosen: Indicator[]): void {
  try {
    localStorage.setItem(KEY, chosen.join(","));
  } catch {
    known = { text: stored(), chosen }; // A browser that keeps nothing still draws what is chosen.
  }
  for (const listener of [...listeners]) listener();
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return known?.text ?? null;
  }
}
