"use client";

import { useTranslations } from "use-intl";
import type { Step } from "@/api/types";
import { formatCount, formatTime } from "@/lib/format";
import { useServerWords } from "./server-words";

export const STEP_NAMES = ["market", "signal", "oracle", "authorise", "execute", "record", "settle"] as const;

export const stateOf = (step: Step | undefined): Step["state"] => step?.state ?? "NOT_REACHED";

/** How each state looks in a square of 18: what fills the circle or rims it, and the sign in it. */
const CHECK = "M5.5 9.3l2.3 2.3 4.7-4.9";
const CROSS = "M6.2 6.2l5.6 5.6M11.8 6.2l-5.6 5.6";
const DOTS = "M5.5 9h.01M9 9h.01M12.5 9h.01";
const MARKS: Record<Step["state"], { circle: string; sign: string; path: string }> = {
  DONE: { circle: "fill-up-wash", sign: "stroke-up", path: CHECK },
  ACTIVE: { circle: "animate-pulse fill-none stroke-up", sign: "stroke-up", path: DOTS },
  WAITING: { circle: "fill-none stroke-line-strong", sign: "stroke-ink-3", path: DOTS },
  REFUSED: { circle: "fill-down", sign: "stroke-surface", path: CROSS },
  REJECTED: { circle: "fill-down", sign: "stroke-surface", path: CROSS },
  SKIPPED: { circle: "fill-warn-wash", sign: "stroke-warn", path: "M5.8 9h6.4" },
  FAILED: { circle: "fill-down", sign: "stroke-surface", path: CROSS },
  UNKNOWN: { circle: "fill-warn-wash", sign: "stroke-warn", path: "M7.2 7.2a1.8 1.8 0 1 1 2.6 1.9c-.6.3-.8.6-.8 1.2M9 12.6h.01" },
  NOT_REACHED: { circle: "fill-none stroke-line", sign: "", path: "" },
};
const APART = 24;

/**
 * The seven steps of a cycle as ticks: how far it came, and where it ended. One drawing, not seven: each new cycle moves
 * twenty of them, and a hundred and forty small drawings took longer to paint than a frame lasts.
 */
export function StepTicks({ steps }: { steps: readonly Step[] }) {
  const t = useTranslations("ui");
  const server = useServerWords();
  return (
    <svg role="list" aria-label={t("steps")} width={7 * APART - 6} height={18} className="block fill-none" strokeLinecap="round" strokeLinejoin="round">
      {STEP_NAMES.map((name, index) => {
        const step = steps.find((each) => each.step === index + 1);
        const look = MARKS[stateOf(step)];
        const told = `${t(`stepNames.${name}`)}: ${t(`stepStates.${stateOf(step)}`)}`;
        const story = [`${index + 1} ${told}`, step?.time ? t("storedAt", { time: formatTime(step.time) }) : null, step?.block ? t("blockNumber", { number: formatCount(step.block) }) : null, server(step?.detail)];
        return (
          <g key={name} role="listitem" aria-label={told} transform={`translate(${index * APART})`}>
            <title>{story.filter(Boolean).join(" · ")}</title>
            {index > 0 ? <path d="M-6 9h6" className={step && step.state !== "NOT_REACHED" ? "stroke-up" : "stroke-line-strong"} /> : null}
            <circle cx={9} cy={9} r={8.5} className={look.circle} />
            {look.path ? <path d={look.path} strokeWidth={1.8} className={look.sign} /> : null}
          </g>
        );
      })}
    </svg>
  );
}
