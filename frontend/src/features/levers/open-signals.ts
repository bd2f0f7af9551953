import type { Cycle } from "@/api/types";
import { useDashboard } from "@/live/live";

/** Signals that are committed and not judged yet, among the newest that the page knows. */
export function useOpenSignals(): Cycle[] {
  const signals = useDashboard("signals") ?? [];
  return signals.filter((cycle) => cycle.digest !== null && cycle.outcome === null && stepOf(cycle, "oracle") === "DONE" && stepOf(cycle, "authorise") !== "DONE");
}

function stepOf(cycle: Cycle, name: string): string | undefined {
  return cycle.steps.find((step) => step.name === name)?.state;
}
