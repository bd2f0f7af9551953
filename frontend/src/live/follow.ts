"use client";

import { useEffect, useRef, useState } from "react";
import { everyAtMost } from "@/lib/every-at-most";
import { useDashboard } from "./live";

/** Ask again when anything became of a signal or a trade, `everyMs` apart at most; where nothing happens nothing is asked. */
export function useFollow(ask: () => unknown, everyMs: number): void {
  const counters = useDashboard("counters");
  const records = useDashboard("book")?.record_seq;
  const now = counters && records !== undefined ? [records, counters.signals, counters.refused, counters.judged, counters.settled, counters.skipped].join() : null;
  const [pace] = useState(() => everyAtMost(everyMs));
  const newest = useRef(ask);
  const known = useRef<string | null>(null);
  useEffect(() => {
    newest.current = ask;
  });
  useEffect(() => {
    if (now === null) return;
    // What is there at first was just asked for.
    if (known.current !== null && known.current !== now) pace(() => newest.current());
    known.current = now;
  }, [pace, now]);
}
