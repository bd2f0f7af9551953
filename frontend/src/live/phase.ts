import type { Status } from "@/api/types";
import { formatCount } from "@/lib/format";
import type { Tone } from "@/ui/badge";

type Phase = Status["phase"];

const WORDS: Record<Phase, string> = {
  STARTING: "Starting",
  LOADING_DATA: "Loading candles",
  FITTING: "Fitting the calibrator",
  STARTING_CHAIN: "Starting the chain",
  RE_EXECUTING: "Re-executing blocks",
  WARMING_UP: "Warming up",
  RUNNING: "Running",
  PAUSED: "Paused",
  WAITING_FOR_PERSON: "Waiting for you",
  FINISHED: "Replay finished",
  STOPPED: "Stopped",
};

const TONES: Partial<Record<Phase, Tone>> = { RUNNING: "up", PAUSED: "warn", WAITING_FOR_PERSON: "warn", STOPPED: "down" };

/** The phase in one short line: `Re-executing block 120 of 904`, `Stopped: the chain and the store disagree`. */
export function phaseText(status: Pick<Status, "phase" | "phase_progress" | "stopped">): string {
  const { phase, phase_progress: progress, stopped } = status;
  if (phase === "RE_EXECUTING" && progress) return `Re-executing block ${formatCount(progress.done)} of ${formatCount(progress.total)}`;
  if (phase === "STOPPED" && stopped) return `Stopped: ${stopped.code}`;
  if (isStarting(phase) && progress && progress.total > 0) return `${WORDS[phase]} ${formatCount(progress.done)} of ${formatCount(progress.total)}`;
  return WORDS[phase] ?? phase;
}

export function phaseTone(phase: Phase): Tone {
  return TONES[phase] ?? "plain";
}

const STARTING = new Set<Phase>(["STARTING", "LOADING_DATA", "FITTING", "STARTING_CHAIN", "RE_EXECUTING", "WARMING_UP"]);

export function isStarting(phase: Phase): boolean {
  return STARTING.has(phase);
}
