"use client";

import type { ReactNode } from "react";
import { useHealth } from "@/api/health";
import type { Health as HealthAnswer } from "@/api/types";
import { useDashboard, useLive } from "@/live/live";
import { isStarting, usePhaseText } from "@/live/phase";
import { cn } from "@/lib/cn";
import { formatAge, formatCount, formatTime, NO_DATA } from "@/lib/format";
import { SyntheticLabel } from "@/ui/badge";
import { Hash } from "@/ui/hash";
import { Panel } from "@/ui/panel";
import { Failure, SkeletonRows } from "@/ui/states";

type ComponentState = HealthAnswer["components"][number]["state"];

const LIGHTS: Record<ComponentState, { className: string; word: string }> = {
  OK: { className: "bg-up", word: "well" },
  STARTING: { className: "bg-warn", word: "starting" },
  RESTARTING: { className: "bg-warn", word: "restarting" },
  DEGRADED: { className: "bg-warn", word: "degraded" },
  DOWN: { className: "bg-down", word: "down" },
};

/** Is it alive, where does it stand, and do chain and store keep up. */
export function Health({ className }: { className?: string }) {
  const status = useDashboard("status");
  const phaseText = usePhaseText();
  const book = useDashboard("book");
  const link = useLive((live) => live.link.link);
  const { data: health, error, refetch } = useHealth();
  return (
    <Panel title="Health" className={className}>
      {status === undefined ? (
        <SkeletonRows rows={7} label="health" />
      ) : (
        <dl className="divide-y divide-line">
          <Line name="Engine">
            {phaseText(status)}
            {status.phase_detail && !isStarting(status.phase) ? <span className="block text-2xs text-ink-3">{status.phase_detail}</span> : null}
          </Line>
          <Line name="Data">
            <span className="inline-flex flex-wrap items-center justify-end gap-1.5">
              {status.data.label || NO_DATA} · {formatAge(status.data.interval_s)} candles <SyntheticLabel synthetic={status.data.synthetic} />
            </span>
            {status.data.note ? <span className="block text-2xs text-ink-3">{status.data.note}</span> : null}
          </Line>
          <Line name="Data clock">
            <span className="num">{formatTime(status.data_clock)}</span>
            {status.progress ? (
              <span className="num block text-2xs text-ink-3">
                candle {formatCount(status.progress.done)} of {formatCount(status.progress.total)}
              </span>
            ) : null}
          </Line>
          <Line name={`Chain ${status.chain.kind}`}>
            <span className="num">block {formatCount(status.chain.block)}</span>
            <Hash value={status.chain.block_hash} className="ml-2 align-middle" />
            {status.chain.restarting ? (
              <span className="num block text-2xs text-warn">
                restarting: {formatCount(status.chain.restarting.done)} of {formatCount(status.chain.restarting.total)} blocks executed again
              </span>
            ) : null}
            {status.chain.note ? <span className="block text-2xs text-ink-3">{status.chain.note}</span> : null}
          </Line>
          <Line name="Store">
            <span className="num">{status.ready ? formatCount(status.store.position) : NO_DATA} events</span>
            <span className={cn("num block text-2xs", status.store.lag > 0 ? "text-warn" : "text-ink-3")}>
              {!status.ready ? "" : status.store.lag > 0 ? `what you see is ${formatCount(status.store.lag)} events behind` : "up to date"}
            </span>
          </Line>
          <Line name="Record head">
            <span className="num mr-2">#{formatCount(book?.record_seq)}</span>
            <Hash value={book?.record_head} className="align-middle" />
          </Line>
          <Line name="This page">{link === "open" ? "live" : link === "connecting" ? "connecting…" : "not connected"}</Line>
        </dl>
      )}
      {error ? <Failure what="Health could not be asked" error={error} onRetry={refetch} className="m-3" /> : null}
      {health ? (
        <ul className="flex flex-wrap gap-x-4 gap-y-1 border-t border-line px-3 py-2">
          {health.components.map((part) => (
            <li key={part.name} className="flex items-center gap-1.5 text-xs" title={part.detail ?? undefined}>
              <span aria-hidden className={cn("size-2 rounded-full", LIGHTS[part.state].className)} />
              {part.name}
              <span className={part.state === "OK" ? "sr-only" : "text-2xs text-ink-3"}>{LIGHTS[part.state].word}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </Panel>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-h-8 items-baseline justify-between gap-3 px-3 py-1.5">
      <dt className="label whitespace-nowrap">{name}</dt>
      <dd className="min-w-0 text-right text-xs">{children}</dd>
    </div>
  );
}
