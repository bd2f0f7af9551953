"use client";

import { useTranslations } from "use-intl";
import type { Metric } from "@/api/analytics";
import { formatCount } from "@/lib/format";
import { USDT } from "@/lib/market";
import { cn } from "@/lib/cn";
import { Arrow, toneOf } from "@/ui/delta";
import { useServerWords } from "@/ui/server-words";
import { Skeleton } from "@/ui/states";
import { GROUPS, grouped, shownMetric } from "./figures";
import { Formula } from "./formula";
import { useNamed } from "./named";

/** Every figure by subject, each with its formula. */
export function MetricGrid({ metrics }: { metrics: readonly Metric[] | undefined }) {
  const t = useTranslations("analytics");
  const groups = metrics ? grouped(metrics) : GROUPS.map((group) => ({ name: group.name, metrics: group.ids.map(() => null) }));
  return (
    <div className="flex flex-col gap-px bg-line" {...(metrics ? {} : { role: "status", "aria-label": t("loadingTheFigures") })}>
      {groups.map((group) => (
        <div key={group.name} className="grid grid-cols-1 gap-px lg:grid-cols-[88px_minmax(0,1fr)]">
          <h3 className="label bg-sunken px-3 py-1.5 lg:py-2.5">{t(`groups.${group.name}`)}</h3>
          <ul className={cn("grid grid-cols-2 gap-px bg-line sm:grid-cols-3", group.metrics.length % 5 === 0 ? "max-lg:[&>li:last-child]:col-span-2 lg:grid-cols-5" : "lg:grid-cols-6")}>
            {group.metrics.map((metric, index) => (
              <li key={metric?.id ?? index} className="min-w-0 bg-surface px-3 py-2">
                {metric === null ? (
                  <>
                    <Skeleton className="mb-1 h-3 w-20" />
                    <Skeleton className="h-5 w-24" />
                  </>
                ) : (
                  <Figure metric={metric} />
                )}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

export function Figure({ metric }: { metric: Metric }) {
  const t = useTranslations("analytics");
  const server = useServerWords();
  const named = useNamed();
  const shown = shownMetric(metric);
  const counts = { observations: formatCount(metric.observations), needed: formatCount(metric.needed) };
  const observed = t(metric.observations < metric.needed ? "observedOf" : "observed", counts);
  return (
    <div className="flex min-w-0 flex-col items-start">
      <Formula {...named("metrics", metric)} note={metric.needed > 0 ? observed : undefined} />
      {shown.isNumber ? (
        <span className={cn("num text-[0.9375rem] leading-5 font-semibold", shown.signed && toneOf(metric.value))}>
          {shown.signed ? <Arrow of={metric.value} /> : null}
          {shown.text}
          {metric.unit === "usdt" ? <span className="text-2xs font-normal text-ink-3">{` ${USDT}`}</span> : null}
        </span>
      ) : (
        <span className="leading-5 text-ink-3">
          {server(shown.text)}
          {metric.observations < metric.needed ? <span className="text-2xs"> ({t("haveOf", counts)})</span> : null}
        </span>
      )}
    </div>
  );
}
