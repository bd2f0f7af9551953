"use client";

import { useTranslations } from "use-intl";
import type { Rate, Uptime } from "@/api/analytics";
import { formatAge, formatCount, NO_DATA } from "@/lib/format";
import { formatFraction } from "@/lib/measure";
import { Gauge } from "@/ui/gauge";
import { Panel } from "@/ui/panel";
import { SkeletonRows } from "@/ui/states";
import { Time } from "@/ui/time";
import { Formula } from "./formula";
import { useNamed } from "./named";

/** How many of those that came to a step passed it, and how steadily the engine ran. */
export function Rates({ rates, uptime, asOf }: { rates: readonly Rate[] | undefined; uptime: Uptime | undefined; asOf: string | null | undefined }) {
  const t = useTranslations("analytics");
  const figures = useTranslations("figures");
  const named = useNamed();
  return (
    <Panel title={t("ratesAndUptime")} note={asOf ? t.rich("upTo", { time: () => <Time iso={asOf} precision="minutes" /> }) : undefined}>
      {rates === undefined || uptime === undefined ? (
        <SkeletonRows rows={6} label={t("rates")} />
      ) : (
        <ul className="divide-y divide-line">
          {rates.map((rate) => (
            <Share
              key={rate.id}
              {...named("rates", rate)}
              value={rate.value}
              text={rate.value !== null ? formatFraction(rate.value) : rate.enough ? NO_DATA : t("notEnoughData")}
              parts={t("partOf", { part: formatCount(rate.part), whole: formatCount(rate.whole) })}
            />
          ))}
          <Share
            name={t("uptime")}
            formula={figures("uptime")}
            value={uptime.share}
            text={uptime.share === null ? NO_DATA : formatFraction(uptime.share)}
            parts={t("barsOf", { bars: formatCount(uptime.bars), due: formatCount(uptime.bars_due) })}
          />
          <li className="flex h-8 items-center justify-between px-3">
            <span className="label">{t("thisProcessRunsFor")}</span>
            <span className="num">{formatAge(uptime.process_s)}</span>
          </li>
        </ul>
      )}
    </Panel>
  );
}

function Share({ name, formula, value, text, parts }: { name: string; formula: string; value: string | null; text: string; parts: string }) {
  return (
    <li className="px-3 py-2">
      <div className="mb-1.5 flex items-baseline gap-x-2">
        <Formula name={name} formula={formula} />
        <span className="num text-2xs ml-auto text-ink-3">{parts}</span>
        <span className={`num ${value === null ? "text-ink-3" : "font-semibold"}`}>{text}</span>
      </div>
      <Gauge label={name} share={value === null ? null : Number(value)} state={value === null ? "off" : "within"} valueText={`${text}, ${parts}`} />
    </li>
  );
}
