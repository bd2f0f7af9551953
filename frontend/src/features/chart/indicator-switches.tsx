"use client";

import { useTranslations } from "use-intl";
import { INDICATORS, type Indicator } from "@/api/candles";
import { cn } from "@/lib/cn";

/** Which indicators are drawn: averages and bands on the candles, the others in panes of their own. */
export function IndicatorSwitches({ chosen, onChange }: { chosen: readonly Indicator[]; onChange: (chosen: Indicator[]) => void }) {
  const t = useTranslations("chart");
  return (
    <div role="group" aria-label={t("indicators")} className="flex flex-wrap gap-1">
      {INDICATORS.map((name) => {
        const on = chosen.includes(name);
        return (
          <button
            key={name}
            type="button"
            aria-pressed={on}
            title={t(`about.${name}`)}
            onClick={() => onChange(INDICATORS.filter((each) => (each === name ? !on : chosen.includes(each))))}
            className={cn("h-6 rounded-[3px] border px-1.5 text-2xs font-medium", on ? "border-ink bg-raised text-ink" : "border-line-strong text-ink-3 hover:text-ink")}
          >
            {t(`indicatorNames.${name}`)}
          </button>
        );
      })}
    </div>
  );
}
