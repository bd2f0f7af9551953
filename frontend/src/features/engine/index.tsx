"use client";

import { Pause, Play } from "lucide-react";
import { useTranslations } from "use-intl";
import { usePause } from "@/api/pause";
import { useResume } from "@/api/resume";
import { useSetSpeed } from "@/api/set-speed";
import { formatAge } from "@/lib/format";
import { useStatus } from "@/live/live";
import { useChangeBlock, useWalkBlock } from "@/live/trading-block";
import { Button } from "@/ui/button";
import { useProblemWords } from "@/ui/states";

/** Pause and resume the engine's entries. */
export function PauseResume() {
  const t = useTranslations("engine");
  // Held at a point in time or paused by a person: both go on by the same lever.
  const paused = useStatus((status) => status.phase === "PAUSED" || status.paused) ?? false;
  const block = useWalkBlock();
  const pause = usePause();
  const resume = useResume();
  const problem = useProblemWords();
  const failure = pause.error ?? resume.error;
  return (
    <span className="inline-flex items-center gap-2">
      {failure ? (
        <span role="alert" className="text-2xs max-w-48 truncate text-down" title={problem(failure)}>
          {problem(failure)}
        </span>
      ) : null}
      <Button
        size="small"
        tone={paused ? "solid" : "quiet"}
        blocked={block}
        busy={pause.isPending || resume.isPending}
        icon={paused ? <Play aria-hidden className="size-3" /> : <Pause aria-hidden className="size-3" />}
        title={paused ? t("resumeHint") : t("pauseHint")}
        onClick={() => (paused ? resume.mutate() : pause.mutate())}
      >
        <span className="max-[420px]:sr-only">{paused ? t("resume") : t("pause")}</span>
      </Button>
    </span>
  );
}

/** Seconds of data time per second. */
const SPEEDS = ["600", "1800", "3600", "14400", "86400", "max"];

/** How much data time passes in a second of a replay. */
export function Speed() {
  const t = useTranslations("engine");
  const speed = useStatus((status) => (status.mode === "replay" ? status.speed : undefined));
  const block = useChangeBlock();
  const setSpeed = useSetSpeed();
  if (speed === undefined) return null;
  const known = SPEEDS.includes(speed);
  return (
    <select
      aria-label={t("speed")}
      title={block ?? t("speedHint")}
      className="h-6 rounded-[3px] border border-line-strong bg-surface px-1 text-xs max-sm:w-16 disabled:border-line disabled:text-ink-3"
      value={speed}
      disabled={block !== null}
      onChange={(event) => setSpeed.mutate(event.target.value)}
    >
      {known ? null : <option value={speed}>{t("perSecond", { span: formatAge(Number(speed)) })}</option>}
      {SPEEDS.map((value) => (
        <option key={value} value={value}>
          {value === "max" ? t("fastest") : t("perSecond", { span: formatAge(Number(value)) })}
        </option>
      ))}
    </select>
  );
}
