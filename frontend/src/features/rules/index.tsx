"use client";

import { memo } from "react";
import { useTranslations } from "use-intl";
import type { Gauge as RuleGauge } from "@/api/types";
import { useDashboard } from "@/live/live";
import { cn } from "@/lib/cn";
import { formatLimit, formatMeasure } from "@/lib/measure";
import { Gauge, type GaugeState } from "@/ui/gauge";
import { Panel } from "@/ui/panel";
import { useServerWords } from "@/ui/server-words";
import { Empty, SkeletonRows } from "@/ui/states";

/** Every rule of the contract, by its own numbers: what it measures now against what it allows. */
export function Rules({ className }: { className?: string }) {
  const t = useTranslations("rules");
  const gauges = useDashboard("gauges");
  return (
    <Panel title={t("rules")} note={t("asTheContractMeasuresThem")} className={className}>
      {gauges === undefined ? (
        <SkeletonRows rows={9} className="h-[60px]" label={t("rules2")} />
      ) : gauges.length === 0 ? (
        <Empty why={t("theContractHasNotMeasured")} next={t("itDoesWithTheFirst")} />
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

const STATES: Record<RuleGauge["state"], { fill: GaugeState; tone: string }> = {
  OK: { fill: "within", tone: "text-ink-3" },
  NEAR: { fill: "near", tone: "text-warn" },
  AT_LIMIT: { fill: "failed", tone: "text-down" },
  NO_DATA: { fill: "off", tone: "text-ink-3" },
};

export const RuleRow = memo(function RuleRow({ gauge }: { gauge: RuleGauge }) {
  const t = useTranslations("rules");
  const state = STATES[gauge.state];
  const bar = barOf(gauge);
  const measured = formatMeasure(gauge.measured, gauge.unit);
  const limit = formatMeasure(gauge.limit, gauge.unit);
  const server = useServerWords();
  const free = /^(-?[\d.]+) free$/.exec(gauge.note ?? "")?.[1];
  const said = free === undefined ? server(gauge.note) : t("free", { amount: formatMeasure(free, gauge.unit) });
  const note = [gauge.market, said].filter(Boolean).join(", ");
  return (
    <li className="px-3 py-1.5" title={said}>
      <div className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-mono text-2xs whitespace-nowrap text-ink-3">{gauge.id}</span>
        <span className="min-w-0 truncate">{t(`titles.${gauge.id}`)}</span>
        <span className="num ml-auto text-xs">
          <span className={cn("font-medium", gauge.state === "AT_LIMIT" && "text-down", gauge.state === "NEAR" && "text-warn")}>{measured}</span>
          <span className="text-ink-3"> / {formatLimit(gauge.id, gauge.limit, gauge.unit)}</span>
        </span>
      </div>
      <div className="mt-1 flex items-center gap-2">
        <Gauge
          label={`${gauge.id} ${t(`titles.${gauge.id}`)}`}
          share={bar.share}
          limitAt={bar.limitAt}
          state={state.fill}
          valueText={`${t("ofLimit", { measured, limit })}, ${t(`states.${gauge.state}`)}`}
          className="flex-1"
        />
        <span className={cn("text-2xs w-20 text-right whitespace-nowrap", state.tone)}>{t(`states.${gauge.state}`)}</span>
      </div>
      {note ? <p className="text-2xs mt-0.5 text-ink-3">{note}</p> : null}
    </li>
  );
});

interface Bar {
  share: number | null;
  limitAt?: number;
}

/**
 * What the bar shows. A limit that is used up: its used part, the whole bar being the limit. A probability, which must be
 * *at least* its limit: itself, with the limit as a mark on the bar. `null` (hatched) where nothing is measured.
 */
export function barOf(gauge: Pick<RuleGauge, "headroom" | "unit" | "measured" | "limit">): Bar {
  if (gauge.headroom !== null) return { share: clamp(1 - gauge.headroom) };
  if (gauge.measured === null || gauge.limit === null) return { share: null };
  const [measured, limit] = [Number(gauge.measured), Number(gauge.limit)];
  if (gauge.unit === "probability") return { share: clamp(measured), limitAt: clamp(limit) };
  return { share: gauge.unit === "percent" && limit > 0 ? clamp(measured / limit) : null };
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
