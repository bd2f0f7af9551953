"use client";

import { Check, CircleHelp, Ellipsis, Minus, X } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Step } from "@/api/types";
import { cn } from "@/lib/cn";
import { formatCount, shortHash } from "@/lib/format";
import { useServerWords } from "./server-words";
import { stateOf, STEP_NAMES } from "./steps";
import { Time } from "./time";

const LOOKS: Record<Step["state"], { className: string; icon: ReactNode }> = {
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

const LINK = "num text-2xs leading-6 text-ink-2 underline decoration-line-strong underline-offset-2 hover:decoration-ink";

/** The seven steps with their names, times, blocks and transactions: the trail of one cycle. `narrow`: one below the other. */
export function StepTrail({ steps, narrow = false }: { steps: readonly Step[]; narrow?: boolean }) {
  const t = useTranslations("ui");
  const server = useServerWords();
  return (
    <ol aria-label={t("steps")} className={cn("grid grid-cols-1 gap-px border border-line bg-line", !narrow && "sm:grid-cols-4 xl:grid-cols-7")}>
      {STEP_NAMES.map((name, index) => {
        const step = steps.find((each) => each.step === index + 1);
        const look = LOOKS[stateOf(step)];
        const reached = step !== undefined && step.state !== "NOT_REACHED";
        return (
          <li key={name} className="flex min-w-0 gap-2 bg-surface px-2.5 py-2">
            <span aria-hidden className={cn("inline-flex size-[18px] shrink-0 items-center justify-center rounded-full", look.className)}>
              {look.icon}
            </span>
            <div className={cn("min-w-0", narrow && "flex flex-1 flex-wrap items-baseline gap-x-2")}>
              <p className={cn("leading-[18px] font-medium", !reached && "text-ink-3")}>
                {index + 1} {t(`stepNames.${name}`)}
              </p>
              <p className="text-2xs text-ink-3">{t(`stepStates.${stateOf(step)}`)}</p>
              {step?.time ? (
                <p className="text-2xs text-ink-3">{t.rich("storedAtTime", { time: () => <Time iso={step.time} clock={narrow} /> })}</p>
              ) : null}
              {step?.block ? (
                <Link prefetch={false} href={`/block?n=${step.block}`} className={cn(LINK, "block")}>
                  {t("blockNumber", { number: formatCount(step.block) })}
                </Link>
              ) : null}
              {step?.tx ? (
                <Link prefetch={false} href={`/tx?hash=${step.tx}`} title={step.tx} className={cn(LINK, "block font-mono")}>
                  {shortHash(step.tx)}
                </Link>
              ) : null}
              {step?.detail ? <p className="text-2xs break-words text-ink-2">{server(step.detail)}</p> : null}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
