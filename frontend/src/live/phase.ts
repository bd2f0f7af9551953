import { useTranslations } from "use-intl";
import type { Status } from "@/api/types";
import { formatCount } from "@/lib/format";
import type { Tone } from "@/ui/badge";

type Phase = Status["phase"];

const TONES: Partial<Record<Phase, Tone>> = { RUNNING: "up", PAUSED: "warn", WAITING_FOR_PERSON: "warn", STOPPED: "down" };

/** The phase in one short line: `Re-executing block 120 of 904`, `Stopped: the chain and the store disagree`. */
export function usePhaseText(): (status: Pick<Status, "phase" | "phase_progress" | "stopped">) => string {
  const t = useTranslations("phases");
  return ({ phase, phase_progress: progress, stopped }) => {
    if (phase === "STOPPED" && stopped) return t("stoppedBecause", { code: stopped.code });
    if (!isStarting(phase) || !progress || progress.total <= 0) return t(phase);
    return t(phase === "RE_EXECUTING" ? "reExecutingBlock" : "progress", { phase: t(phase), done: formatCount(progress.done), total: formatCount(progress.total) });
  };
}

export function phaseTone(phase: Phase): Tone {
  return TONES[phase] ?? "plain";
}

const STARTING = new Set<Phase>(["STARTING", "LOADING_DATA", "FITTING", "STARTING_CHAIN", "RE_EXECUTING", "WARMING_UP"]);

export function isStarting(phase: Phase): boolean {
  return STARTING.has(phase);
}
