"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import { isOver, useCancel, type BacktestJob } from "@/api/backtests";
import { useSessionBlock } from "@/live/session";
import { formatCount } from "@/lib/format";
import { Badge, type Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Failure } from "@/ui/states";

const TONES: Partial<Record<BacktestJob["phase"], Tone>> = { DONE: "up", FAILED: "down", CANCELLED: "plain" };

/** How far one piece of work is, what came of it, and the way to end it. */
export function JobLine({ job }: { job: BacktestJob }) {
  const t = useTranslations("backtests");
  const session = useSessionBlock();
  const cancel = useCancel();
  const running = !isOver(job.phase);
  const share = job.total > 0 ? Math.min(1, job.done / job.total) : null;
  return (
    <div data-job={job.phase} className="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-3 py-2">
      <Badge tone={TONES[job.phase] ?? "warn"}>{t(`phases.${job.phase}`)}</Badge>
      <span className="font-medium">{t(`kinds.${job.kind}`, { strategy: job.strategy })}</span>
      <span className="font-mono text-2xs text-ink-3">{job.id}</span>
      {running ? (
        <>
          <progress className="h-1.5 w-40 max-w-full accent-current" max={1} value={share ?? undefined} aria-label={t("progress")} />
          {share === null ? null : <span className="num text-xs text-ink-2">{t("bars", { done: formatCount(job.done), total: formatCount(job.total) })}</span>}
          <Button size="small" blocked={session} busy={cancel.isPending} onClick={() => cancel.mutate(job.id)} className="ml-auto">
            {t("cancel")}
          </Button>
        </>
      ) : null}
      {job.run_id !== null && !running ? (
        <Link prefetch={false} href={`/backtests?id=${job.run_id}`} className="inline-flex min-h-6 items-center text-xs underline underline-offset-2">
          {t("openRun")}
        </Link>
      ) : null}
      {job.phase === "FAILED" ? (
        <p role="alert" className="w-full text-xs break-words text-down">
          {job.message} <span className="font-mono text-2xs">{job.code}</span>
        </p>
      ) : null}
      {cancel.error ? <Failure what={t("notEnded")} error={cancel.error} className="w-full" /> : null}
    </div>
  );
}
