"use client";

import { useId, useState } from "react";
import { useTranslations } from "use-intl";
import { useCalibration, type Calibration as Scores } from "@/api/calibration";
import { formatCount } from "@/lib/format";
import { formatFraction } from "@/lib/measure";
import { useReady, useSynthetic } from "@/live/live";
import { SyntheticLabel } from "@/ui/badge";
import { Panel } from "@/ui/panel";
import { Answered, Empty, Skeleton } from "@/ui/states";
import { Table, Td, Th } from "@/ui/table";
import { TableSwitch } from "@/ui/table-switch";
import { Calibrators, Shrunk } from "./calibrators";
import { diagramOf } from "./reliability";
import { ScoreList } from "./score-list";

/** The rule that asks for this much confidence. */
const GATE = "RULE-03";

/** How honest the confidence was: what was said beside what came true, over every signal, traded or not. */
export function Calibration() {
  const t = useTranslations("calibration");
  const query = useCalibration(useReady());
  const synthetic = useSynthetic();
  const [asTable, setAsTable] = useState(false);
  const drawn = query.data?.enough && query.data.bins.length > 0;
  return (
    <Panel title={t("title")} note={t("note")} bodyClassName="min-h-[280px]" actions={
        <>
          <SyntheticLabel synthetic={synthetic} />
          {drawn ? <TableSwitch of={t("title")} shown={asTable} onChange={setAsTable} /> : null}
        </>
      }
    >
      <Answered query={query} what={t("failed")} loading={<Bones />}>
        {(scores) => (
          <>
            <Shrunk scores={scores} />
            {scores.enough && scores.bins.length > 0 ? (
              <div className="grid gap-x-6 gap-y-3 p-3 md:grid-cols-[minmax(0,320px)_minmax(0,1fr)]">
                {asTable ? <Bins scores={scores} /> : <Reliability scores={scores} />}
                <ScoreList scores={scores} />
              </div>
            ) : (
              <Empty why={t("notEnough", { observations: formatCount(scores.observations), needed: formatCount(scores.needed) })} next={t("scoredWhenOver")} />
            )}
            <Calibrators scores={scores} />
          </>
        )}
      </Answered>
    </Panel>
  );
}

function Reliability({ scores }: { scores: Scores }) {
  const t = useTranslations("calibration");
  const caption = useId();
  const { ticks, points, at } = diagramOf(scores.bins, scores.gate);
  const gate = at(Number(scores.gate));
  return (
    <figure aria-labelledby={caption} className="max-w-[320px]">
      <figcaption id={caption} className="sr-only">
        {t("described", { observations: formatCount(scores.observations), said: formatFraction(scores.mean_confidence), base: formatFraction(scores.base_rate) })}
      </figcaption>
      <svg aria-hidden viewBox="-16 -4 122 122" className="w-full">
        {ticks.map((tick) => (
          <g key={tick}>
            <line x1={0} x2={100} y1={100 - at(tick)} y2={100 - at(tick)} className="stroke-line" strokeWidth={0.5} />
            <line x1={at(tick)} x2={at(tick)} y1={0} y2={100} className="stroke-line" strokeWidth={0.5} />
            <text x={-2} y={100 - at(tick) + 1.5} textAnchor="end" className="fill-ink-3 text-[4px]">
              {formatFraction(String(tick), { digits: 0 })}
            </text>
            <text x={at(tick)} y={106} textAnchor="middle" className="fill-ink-3 text-[4px]">
              {formatFraction(String(tick), { digits: 0 })}
            </text>
          </g>
        ))}
        <line x1={0} y1={100} x2={100} y2={0} className="stroke-ink-3" strokeWidth={0.6} strokeDasharray="2 2" />
        <line x1={gate} x2={gate} y1={0} y2={100} className="stroke-warn" strokeWidth={0.6} strokeDasharray="1 1.5" />
        <text x={gate + 1} y={4} className="fill-warn text-[4px]">
          {GATE}
        </text>
        {points.map(({ point, x, y, top, bottom, radius }) => (
          <g key={point.low}>
            <line x1={x} x2={x} y1={top} y2={bottom} className="stroke-up" strokeWidth={0.8} />
            <circle cx={x} cy={y} r={radius / 2} className="fill-up">
              <title>{t("bin", { low: formatFraction(point.low), high: formatFraction(point.high), said: formatFraction(point.said), came: formatFraction(point.came_true), count: formatCount(point.count) })}</title>
            </circle>
          </g>
        ))}
        <text x={50} y={113} textAnchor="middle" className="fill-ink-2 text-[4.5px]">
          {t("said")}
        </text>
        <text x={-12} y={50} textAnchor="middle" transform="rotate(-90 -12 50)" className="fill-ink-2 text-[4.5px]">
          {t("cameTrue")}
        </text>
      </svg>
    </figure>
  );
}

function Bins({ scores }: { scores: Scores }) {
  const t = useTranslations("calibration");
  return (
    <Table
      caption={t("title")}
      head={
        <>
          <Th right>{t("from")}</Th>
          <Th right>{t("to")}</Th>
          <Th right>{t("said")}</Th>
          <Th right>{t("cameTrue")}</Th>
          <Th right>{t("interval")}</Th>
          <Th right>{t("signals")}</Th>
        </>
      }
    >
      {scores.bins.map((bin) => (
        <tr key={bin.low}>
          <Td right>{formatFraction(bin.low)}</Td>
          <Td right>{formatFraction(bin.high)}</Td>
          <Td right>{formatFraction(bin.said)}</Td>
          <Td right>{formatFraction(bin.came_true)}</Td>
          <Td right>
            {formatFraction(bin.came_true_low)} – {formatFraction(bin.came_true_high)}
          </Td>
          <Td right>{formatCount(bin.count)}</Td>
        </tr>
      ))}
    </Table>
  );
}

function Bones() {
  const t = useTranslations("calibration");
  return (
    <div role="status" aria-label={t("loading")} className="absolute inset-3">
      <Skeleton className="h-full" />
    </div>
  );
}
