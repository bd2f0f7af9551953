"use client";

import type { Gauge as RuleGauge } from "@/api/types";
import { useDashboard } from "@/live/live";
import { cn } from "@/lib/cn";
import { formatMeasure } from "@/lib/measure";
import { Badge } from "@/ui/badge";
import { Gauge, type GaugeState } from "@/ui/gauge";
import { Panel } from "@/ui/panel";
import { Empty, SkeletonRows } from "@/ui/states";

/** Every rule of the contract, by its own numbers: what it measures now against what it allows. */
export function Rules({ className }: { className?: string }) {
  const gauges = useDashboard("gauges");
  return (
    <Panel title="Rules" note="as the contract measures them now" className={className}>
      {gauges === undefined ? (
        <SkeletonRows rows={9} label="rules" />
      ) : gauges.length === 0 ? (
        <Empty why="The contract has not measured anything yet." next="It does with the first vector of marks." />
      ) : (
        <ul className="divide-y divide-line">
          {gauges.map((gauge) => (
            <RuleRow key={gauge.id} gauge={gauge} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

const STATES: Record<RuleGauge["state"], { fill: GaugeState; word: string; tone: string }> = {
  OK: { fill: "within", word: "within", tone: "text-ink-3" },
  NEAR: { fill: "near", word: "near the limit", tone: "text-warn" },
  AT_LIMIT: { fill: "failed", word: "says no", tone: "text-down" },
  NOT_ENFORCED: { fill: "off", word: "not enforced yet", tone: "text-ink-3" },
  NO_DATA: { fill: "off", word: "not measured", tone: "text-ink-3" },
};

export function RuleRow({ gauge }: { gauge: RuleGauge }) {
  const state = STATES[gauge.state];
  const measured = formatMeasure(gauge.measured, gauge.unit);
  const limit = formatMeasure(gauge.limit, gauge.unit);
  return (
    <li className="px-3 py-1.5" title={gauge.note ?? undefined}>
      <div className="flex items-baseline gap-2">
        <span className="font-mono text-2xs text-ink-3">{gauge.id}</span>
        <span className="min-w-0 truncate">{gauge.title}</span>
        <span className="num ml-auto text-xs">
          <span className={cn("font-medium", gauge.state === "AT_LIMIT" && "text-down", gauge.state === "NEAR" && "text-warn")}>{measured}</span>
          <span className="text-ink-3"> / {limit}</span>
        </span>
      </div>
      <div className="mt-1 flex items-center gap-2">
        <Gauge
          label={`${gauge.id} ${gauge.title}`}
          share={shareUsed(gauge)}
          state={state.fill}
          valueText={`${measured} of ${limit}, ${state.word}`}
          className="flex-1"
        />
        {gauge.enforced ? (
          <span className={cn("text-2xs w-20 text-right whitespace-nowrap", state.tone)}>{state.word}</span>
        ) : (
          <Badge>not enforced yet</Badge>
        )}
      </div>
      {gauge.note ? <p className="text-2xs mt-0.5 text-ink-3">{gauge.note}</p> : null}
    </li>
  );
}

/** The used part of the bar: the whole bar is the limit. `null` (hatched) where nothing is enforced or measured. */
export function shareUsed(gauge: Pick<RuleGauge, "enforced" | "headroom">): number | null {
  if (!gauge.enforced || gauge.headroom === null) return null;
  return Math.min(1, Math.max(0, 1 - gauge.headroom));
}
