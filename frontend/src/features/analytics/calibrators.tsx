"use client";

import { useTranslations } from "use-intl";
import type { Calibration as Scores } from "@/api/calibration";
import { formatAge, formatCount, formatNumber, formatTime, NO_DATA } from "@/lib/format";
import { formatFraction } from "@/lib/measure";
import { Fact } from "@/ui/fact";
import { Hash } from "@/ui/hash";
import { Table, Td, Th } from "@/ui/table";

/** Said first and plainly: nothing but the base rate is said at present, and why. */
export function Shrunk({ scores }: { scores: Scores }) {
  const t = useTranslations("calibration");
  const since = scores.revisions.findLast((one) => one.reason === "SKILL_GONE") ?? scores.revisions.at(-1);
  if (!scores.shrunk || since === undefined) return null;
  return (
    <p role="status" className="border-b border-line bg-warn/10 px-3 py-2">
      {t("shrunk", { base: formatFraction(scores.said_base_rate), since: formatTime(since.holds_from, "minutes") })}
    </p>
  );
}

/** The calibrator that speaks, and each one that took another's place. */
export function Calibrators({ scores }: { scores: Scores }) {
  const t = useTranslations("calibration");
  if (scores.calibrator === null) return null;
  const often = (seconds: number) => (seconds === 0 ? t("never") : t("every", { span: formatAge(seconds) }));
  return (
    <section aria-label={t("calibrator")} className="border-t border-line">
      <dl className="grid grid-cols-2 gap-x-4 gap-y-2 px-3 py-2 sm:grid-cols-5">
        <Fact name={t("calibrator")} title={t("calibratorAbout")}>
          <Hash value={scores.calibrator} small />
        </Fact>
        <Fact name={t("method")}>{t(`methods.${methodOf(scores.method)}`)}</Fact>
        <Fact name={t("saidBaseRate")}>{formatFraction(scores.said_base_rate)}</Fact>
        <Fact name={t("watched")} title={t("watchedAbout")}>
          {often(scores.watched_every_s)}
        </Fact>
        <Fact name={t("retrained")}>{often(scores.retrained_every_s)}</Fact>
      </dl>
      {scores.revisions.length === 0 ? (
        <p className="px-3 pb-2 text-ink-3">{t("noRevision")}</p>
      ) : (
        <Table
          caption={t("revisions")}
          head={
            <>
              <Th>{t("holdsFrom")}</Th>
              <Th right>{t("round")}</Th>
              <Th>{t("reason")}</Th>
              <Th right>{t("liveSkill")}</Th>
              <Th right>{t("labels")}</Th>
              <Th>{t("calibrator")}</Th>
            </>
          }
        >
          {scores.revisions.toReversed().map((one) => (
            <tr key={one.number}>
              <Td>{formatTime(one.holds_from, "minutes")}</Td>
              <Td right>{formatCount(one.round)}</Td>
              <Td>
                {t(`reasons.${one.reason}`)}
                {one.shrunk && one.reason === "RETRAINED" ? <span className="text-ink-3"> {t("stillShrunk")}</span> : null}
              </Td>
              <Td right>{one.skill === null ? NO_DATA : `${four(one.skill.value)} (${four(one.skill.low)} … ${four(one.skill.high)})`}</Td>
              <Td right>{formatCount(one.observations)}</Td>
              <Td>
                <Hash value={one.calibrator} small />
              </Td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

function methodOf(method: string | null): "platt" | "isotonic" | "assumed" {
  return method === "isotonic" || method === "assumed" ? method : "platt";
}

function four(value: string): string {
  return formatNumber(value, { digits: 4, signed: true });
}
