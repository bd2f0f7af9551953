"use client";

/** One verification from start to end, with its progress. Knows the order of things; the checks themselves are pure. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { Ask } from "@/chain/rpc";
import type { Evidence } from "@/verify/bundle";
import type { Check } from "@/verify/check";
import { oneByOneWhenIdle } from "@/lib/idle";
import type { Trusted } from "@/verify/chain-checks";
import type { Progress } from "./gather";

export type Run =
  | { state: "idle" }
  | { state: "gathering"; step: Parameters<Progress>[0]; done?: number; total?: number }
  | { state: "failed"; error: unknown }
  | { state: "done"; evidence: Evidence; checks: Check[] };

/** What hashes and recovers weighs more than the page around it: it comes when nothing else does, so before it is needed. */
const gathering = () => import("./gather");
const checking = () => import("@/verify/verify");

export function useRun() {
  const [run, setRun] = useState<Run>({ state: "idle" });
  const turn = useRef(0);
  useEffect(() => {
    const early = (load: () => Promise<unknown>) => () => void load().catch(() => undefined);
    const callOff = oneByOneWhenIdle([early(gathering), early(checking)]);
    return () => {
      callOff();
      turn.current = -1;
    };
  }, []);
  /** Only the newest run may speak. */
  const start = useCallback(async (evidence: (tell: Progress) => Promise<Evidence>, options: { trusted: Trusted | null; node: Ask | null }) => {
    const mine = ++turn.current;
    const say = (next: Run) => {
      if (turn.current === mine) setRun(next);
    };
    say({ state: "gathering", step: "trade" });
    try {
      const found = await evidence((step, done, total) => say({ state: "gathering", step, done, total }));
      say({ state: "done", evidence: found, checks: await (await checking()).verifyEvidence(found, options) });
    } catch (error) {
      say({ state: "failed", error });
    }
  }, []);
  const trade = useCallback((cycleId: string, node: Ask, trusted: Trusted | null) => start(async (tell) => (await gathering()).gather({ cycleId, node, upTo: null, tell }), { trusted, node }), [start]);
  const file = useCallback((evidence: Evidence, node: Ask | null, trusted: Trusted | null) => start(async () => evidence, { trusted, node }), [start]);
  return { run, trade, file };
}
