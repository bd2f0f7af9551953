"use client";

import { useTranslations } from "use-intl";
import { formatCount, formatNumber } from "@/lib/format";
import { Badge } from "@/ui/badge";
import { Fact } from "@/ui/fact";
import { Panel } from "@/ui/panel";
import { Empty } from "@/ui/states";
import { Table, Td, Th } from "@/ui/table";
import { between, percent, type Scores } from "./report";

const SIZE = 220;
const four = (value: number) => formatNumber(value, { digits: 4 });

/** Was the confidence honest: over every signal of the run whose horizon was over, HOLD and rejected ones too. */
export function Honesty({ scores }: { scores: Scores }) {
  const t = useTranslations("backtests");
  const honest = scores.skill !== null && scores.skill.low > 0;
  return (
    <Panel
      title={t("honesty")}
      note={t("honestyNote", { count: formatCount(scores.observations) })}
      actions={scores.enough ? <Badge tone={honest ? "up" : "warn"}>{t(honest ? "hasSkill" : "noSkill")}</Badge> : undefined}
    >
      {!scores.enough ? (
        <Empty why={t("notEnough")} next={t("observed", { count: formatCount(scores.observations), needed: formatCount(scores.needed) })} />
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 px-3 py-2.5 md:grid-cols-[240px_minmax(0,1fr)]">
          <Diagram scores={scores} />
          <div className="min-w-0">
            <dl className="grid grid-cols-2 gap-2 sm:grid-cols-3">
              <Fact name={t("skill")} title={t("skillWhy")}>
                {between(scores.skill, four)}
              </Fact>
              <Fact name={t("ece")} title={t("eceWhy", { floor: formatNumber(scores.ece_floor ?? 0, { digits: 3 }) })}>
                {between(scores.ece, (value) => formatNumber(value, { digits: 3 }))}
              </Fact>
              <Fact name={t("auc")}>{formatNumber(scores.auc ?? undefined, { digits: 3 })}</Fact>
              <Fact name={t("baseRate")}>{percent(scores.base_rate)}</Fact>
              <Fact name={t("meanSaid")}>{percent(scores.mean_confidence)}</Fact>
              <Fact name={t("atGate", { gate: percent(scores.gate, { digits: 0 }) })}>
                {t("share", { count: formatCount(scores.at_gate), share: percent(scores.coverage, { digits: 1 }) })}
              </Fact>
              <Fact name={t("hitRate")}>{between(scores.hit_rate, (value) => percent(value, { digits: 1 }))}</Fact>
            </dl>
            <details className="mt-2">
              <summary className="min-h-6 text-xs font-medium">{t("asTable")}</summary>
              <Table
                caption={t("reliability")}
                head={
                  <>
                    <Th right>{t("said")}</Th>
                    <Th right>{t("cameTrue")}</Th>
                    <Th right>{t("bounds")}</Th>
                    <Th right>{t("signals")}</Th>
                  </>
                }
              >
                {scores.bins.map((bin) => (
                  <tr key={`${bin.low}-${bin.high}`}>
                    <Td right>{percent(bin.said, { digits: 1 })}</Td>
                    <Td right>{percent(bin.came_true, { digits: 1 })}</Td>
                    <Td right>{t("fromTo", { from: percent(bin.came_true_low, { digits: 1 }), to: percent(bin.came_true_high, { digits: 1 }) })}</Td>
                    <Td right>{formatCount(bin.count)}</Td>
                  </tr>
                ))}
              </Table>
            </details>
          </div>
        </div>
      )}
    </Panel>
  );
}

/** Said against came true; on the diagonal the words were kept. Each bar is where 95 of 100 lie. */
function Diagram({ scores }: { scores: Scores }) {
  const t = useTranslations("backtests");
  const every = scores.bins.flatMap((bin) => [bin.said, bin.came_true_low, bin.came_true_high]);
  const low = Math.floor(Math.min(...every) * 10) / 10;
  const high = Math.ceil(Math.max(...every) * 10) / 10;
  const at = (value: number) => ((value - low) / (high - low)) * SIZE;
  return (
    <figure className="max-w-[260px]">
      <svg viewBox={`-4 -4 ${SIZE + 8} ${SIZE + 8}`} role="img" aria-label={t("diagram", { bins: String(scores.bins.length), low: percent(low, { digits: 0 }), high: percent(high, { digits: 0 }) })} className="w-full">
        <rect width={SIZE} height={SIZE} fill="none" stroke="var(--line-strong)" />
        <line x1={0} y1={SIZE} x2={SIZE} y2={0} stroke="var(--ink-3)" strokeDasharray="4 4" />
        {scores.bins.map((bin) => (
          <g key={`${bin.low}-${bin.high}`} stroke="var(--ink)" fill="var(--ink)">
            <line x1={at(bin.said)} x2={at(bin.said)} y1={SIZE - at(bin.came_true_low)} y2={SIZE - at(bin.came_true_high)} />
            <circle cx={at(bin.said)} cy={SIZE - at(bin.came_true)} r={3.5} />
          </g>
        ))}
      </svg>
      <figcaption className="text-2xs text-ink-3">{t("diagramAxes", { low: percent(low, { digits: 0 }), high: percent(high, { digits: 0 }) })}</figcaption>
    </figure>
  );
}
