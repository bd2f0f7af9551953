"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import { isOver, useJobs } from "@/api/backtests";
import { useReady } from "@/live/live";
import { Panel } from "@/ui/panel";
import { JobLine } from "./job-line";

const SHOWN = 5;

/** What was asked for since the server started; nothing at all while nothing was. */
export function Jobs() {
  const t = useTranslations("backtests");
  const cache = useQueryClient();
  const { data } = useJobs(useReady());
  const over = data?.filter((job) => isOver(job.phase)).length ?? 0;
  // What has just ended changed the runs, a run's checks, or the comparison.
  useEffect(() => {
    if (over > 0) for (const key of ["backtests", "backtest", "live-comparison"]) void cache.invalidateQueries({ queryKey: [key] });
  }, [cache, over]);
  if (data === undefined || data.length === 0) return null;
  return (
    <Panel title={t("work")} note={t("workNote")}>
      <div className="divide-y divide-line" aria-live="polite">
        {[...data].reverse().slice(0, SHOWN).map((job) => (
          <JobLine key={job.id} job={job} />
        ))}
      </div>
    </Panel>
  );
}

/** Why nothing can be begun now because something runs, or null. */
export function useBusy(): string | null {
  const t = useTranslations("backtests");
  const { data } = useJobs(useReady());
  const busy = data?.find((job) => !isOver(job.phase));
  return busy === undefined ? null : t("oneAtATime", { id: busy.id });
}
