"use client";

import { Check, Ellipsis, Minus, CircleHelp, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Step } from "@/api/types";
import { cn } from "@/lib/cn";
import { formatCount, formatTime } from "@/lib/format";
import { useServerWords } from "./server-words";

export const STEP_NAMES = ["market", "signal", "oracle", "authorise", "execute", "record", "settle"] as const;

export const LOOKS: Record<Step["state"], { className: string; icon: ReactNode }> = {
  DONE: { className: "bg-up-wash text-up", icon: <Check className="size-3" strokeWidth={3} /> },
  ACTIVE: { className: "animate-pulse border border-up text-up", icon: <Ellipsis className="size-3" /> },
  WAITING: { className: "border border-line-strong text-ink-3", icon: <Ellipsis className="size-3" /> },
  REFUSED: { className: "bg-down text-surface", icon: <X className="size-3" strokeWidth={3} /> },
  REJECTED: { className: "bg-down text-surface", icon: <X className="size-3" strokeWidth={3} /> },
  SKIPPED: { className: "bg-warn-wash text-warn", icon: <Minus className="size-3" strokeWidth={3} /> },
  FAILED: { className: "bg-down text-surface", icon: <X className="size-3" strokeWidth={3} /> },
  UNKNOWN: { className: "bg-warn-wash text-warn", icon: <CircleHelp className="size-3" /> },
  NOT_REACHED: { className: "border border-line", icon: null },
};

export const stateOf = (step: Step | undefined): Step["state"] => step?.state ?? "NOT_REACHED";

/** The seven steps of a cycle as ticks: how far it came, and where it ended. */
export function StepTicks({ steps }: { steps: readonly Step[] }) {
  const t = useTranslations("ui");
  const server = useServerWords();
  return (
    <ol aria-label={t("steps")} className="flex items-center">
      {STEP_NAMES.map((name, index) => {
        const step = steps.find((each) => each.step === index + 1);
        const look = LOOKS[stateOf(step)];
        const story = [`${index + 1} ${t(`stepNames.${name}`)}: ${t(`stepStates.${stateOf(step)}`)}`, step?.time ? t("storedAt", { time: formatTime(step.time) }) : null, step?.block ? t("blockNumber", { number: formatCount(step.block) }) : null, server(step?.detail)];
        return (
          // Few elements: twenty cycles are a hundred and forty of these, and each new cycle moves them all.
          <li key={name} className={cn("flex items-center", index > 0 && (step && step.state !== "NOT_REACHED" ? "thread-up" : "thread"))} title={story.filter(Boolean).join(" · ")}>
            <span role="img" aria-label={`${t(`stepNames.${name}`)}: ${t(`stepStates.${stateOf(step)}`)}`} className={cn("inline-flex size-[18px] items-center justify-center rounded-full", look.className)}>
              {look.icon}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
