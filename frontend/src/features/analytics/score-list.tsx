"use client";

import { useTranslations } from "use-intl";
import type { Calibration as Scores } from "@/api/calibration";
import { formatCount, formatNumber, NO_DATA } from "@/lib/format";
import { formatFraction } from "@/lib/measure";

/** Every score of the confidence with its interval; each name tells on hover how it is computed. */
export function ScoreList({ scores }: { scores: Scores }) {
  const t = useTranslations("calibration");
  const gate = { gate: formatFraction(scores.gate, { digits: 0 }) };
  return (
    <div className="flex flex-col gap-3">
      <p>{t(scores.has_skill ? "hasSkill" : scores.skill !== null && scores.skill.high.startsWith("-") ? "belowSkill" : "noSkill")}</p>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-3">
        <Score name={t("signals")} about={t("signalsAbout")} value={formatCount(scores.observations)} />
        <Score name={t("meanSaid")} value={formatFraction(scores.mean_confidence)} />
        <Score name={t("baseRate")} value={formatFraction(scores.base_rate)} />
        <Score name={t("skill")} about={t("skillAbout")} value={four(scores.skill?.value, true)} interval={pair(four(scores.skill?.low, true), four(scores.skill?.high, true))} />
        <Score name={t("brier")} about={t("brierAbout")} value={four(scores.brier)} interval={t("ofBaseRate", { value: four(scores.brier_of_base_rate) })} />
        <Score name={t("logLoss")} about={t("logLossAbout")} value={four(scores.log_loss)} />
        <Score name={t("ece")} about={t("eceAbout")} value={four(scores.ece?.value)} interval={pair(four(scores.ece?.low), four(scores.ece?.high))} />
        <Score name={t("eceFloor")} about={t("eceFloorAbout")} value={four(scores.ece_floor)} />
        <Score name={t("auc")} about={t("aucAbout")} value={four(scores.auc)} />
        <Score name={t("atGate", gate)} about={t("coverageAbout")} value={formatFraction(scores.coverage)} interval={t("ofSignals", { count: formatCount(scores.at_gate) })} />
        <Score
          name={t("hitRate")}
          about={t("hitRateAbout", gate)}
          value={formatFraction(scores.hit_rate?.value)}
          interval={scores.hit_rate ? pair(formatFraction(scores.hit_rate.low), formatFraction(scores.hit_rate.high)) : null}
        />
      </dl>
    </div>
  );
}

function Score({ name, about, value, interval = null }: { name: string; about?: string; value: string; interval?: string | null }) {
  return (
    <div className="min-w-0" title={about}>
      <dt className="label truncate">{name}</dt>
      <dd className="num font-medium">
        {value}
        {interval ? <span className="text-2xs block font-normal text-ink-3">{interval}</span> : null}
      </dd>
    </div>
  );
}

/** The bounds within which 95 of 100 resamples lie. */
function pair(low: string, high: string): string | null {
  return low === NO_DATA ? null : `${low} … ${high}`;
}

function four(value: string | null | undefined, signed = false): string {
  return formatNumber(value, { digits: 4, signed });
}
