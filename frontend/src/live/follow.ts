"use client";

import { useEffect, useRef, useState } from "react";
import { everyAtMost } from "@/lib/every-at-most";
import { useDashboard } from "./live";

/** Ask again when a signal or a record came, `everyMs` apart at most; where nothing happens nothing is asked. */
export function useFollow(ask: () => unknown, everyMs: number): void {
  const signals = useDashboard("counters")?.signals;
  const records = useDashboard("book")?.record_seq;
  const [pace] = useState(() => everyAtMost(everyMs));
  const newest = useRef(ask);
  const known = useRef<string | null>(null);
  useEffect(() => {
    newest.current = ask;
  });
  useEffect(() => {
    if (signals === undefined || records === undefined) return;
    const now = `${signals}/${records}`;
    // What is there at first was just asked for.
    if (known.current !== null && known.current !== now) pace(() => newest.current());
    known.current = now;
  }, [pace, signals, records]);
}
