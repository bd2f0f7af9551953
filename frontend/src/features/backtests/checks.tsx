"use client";

import { useTranslations } from "use-intl";
import { useExamine, type BiasChecks } from "@/api/backtests";
import { useChangeBlock } from "@/live/trading-block";
import { formatCount, formatNumber } from "@/lib/format";
import { Button } from "@/ui/button";
import { DifferenceTable, Outcome } from "@/ui/differences";
import { Panel } from "@/ui/panel";
import { Empty, Failure } from "@/ui/states";
import { Table, Td, Th } from "@/ui/table";
import { useBusy } from "./jobs";
import { between, percent, type Folds } from "./report";

const CHECKS = "checks";
const FOLDS = "folds";
const four = (value: number) => formatNumber(value, { digits: 4 });

/** Did it look ahead, does it need older candles than it says: each check with how much it compared. */
export function Checks({ id, checks }: { id: string; checks: readonly BiasChecks[] | null }) {
  const t = useTranslations("backtests");
  const found = checks?.flatMap((each) => Object.entries(each.compared).map(([check, compared]) => ({ check, compared, wrong: each.differences.filter((one) => one.check === check).length })));
  return (
    <Panel title={t("bias")} note={t("biasNote")} actions={<Begin id={id} task={CHECKS} />}>
      {found === undefined ? (
        <Empty why={t("notChecked")} next={t("notCheckedNext")} />
      ) : (
        <ul className="divide-y divide-line">
          {found.map((each) => (
            <li key={each.check} className="flex flex-wrap items-baseline gap-x-3 px-3 py-2">
              <Outcome clean={each.wrong === 0} />
              <span className="font-medium">{t(`checks.${each.check as "BATCH"}.title`)}</span>
              <span className="num text-xs text-ink-2">{t("compared", { count: formatCount(each.compared), wrong: formatCount(each.wrong) })}</span>
              <span className="w-full text-xs text-ink-3">{t(`checks.${each.check as "BATCH"}.text`)}</span>
            </li>
          ))}
        </ul>
      )}
      {checks?.some((each) => !each.clean) ? <DifferenceTable differences={checks.flatMap((each) => each.differences)} /> : null}
    </Panel>
  );
}

/** The confidence refitted every quarter and scored on the quarter after it. */
export function FoldsPanel({ id, folds }: { id: string; folds: Folds | null }) {
  const t = useTranslations("backtests");
  return (
    <Panel title={t("folds")} note={t("foldsNote")} actions={<Begin id={id} task={FOLDS} />}>
      {folds === null ? (
        <Empty why={t("notWalked")} next={t("notWalkedNext")} />
      ) : (
        <>
          <Table
            caption={t("folds")}
            head={
              <>
                <Th>{t("span")}</Th>
                <Th right>{t("fittedOn")}</Th>
                <Th right>{t("signals")}</Th>
                <Th right>{t("baseRate")}</Th>
                <Th right>{t("skill")}</Th>
                <Th right>{t("ece")}</Th>
                <Th right>{t("hitRate")}</Th>
              </>
            }
          >
            {[...folds.folds.map((fold) => ({ name: t("fromTo", { from: fold.begin.slice(0, 10), to: fold.end.slice(0, 10) }), fitted: formatCount(fold.fitted_on), scores: fold.scores })), { name: t("pooled"), fitted: "", scores: folds.pooled }].map((each) => (
              <tr key={each.name}>
                <Td className="num text-xs whitespace-nowrap">{each.name}</Td>
                <Td right>{each.fitted}</Td>
                <Td right>{formatCount(each.scores.observations)}</Td>
                <Td right>{percent(each.scores.base_rate)}</Td>
                <Td right>{each.scores.enough ? between(each.scores.skill, four) : t("notEnough")}</Td>
                <Td right>{each.scores.ece === null ? "—" : formatNumber(each.scores.ece.value, { digits: 3 })}</Td>
                <Td right>{between(each.scores.hit_rate, (value) => percent(value, { digits: 1 }))}</Td>
              </tr>
            ))}
          </Table>
          <p className="border-t border-line px-3 py-2 text-xs text-ink-2">{t("shrunk", { shrunk: String(folds.shrunk), folds: String(folds.folds.length) })}</p>
        </>
      )}
    </Panel>
  );
}

function Begin({ id, task }: { id: string; task: typeof CHECKS | typeof FOLDS }) {
  const t = useTranslations("backtests");
  const examine = useExamine(id);
  const block = useChangeBlock();
  const busy = useBusy();
  return (
    <>
      {examine.error ? <Failure what={t("notBegun")} error={examine.error} /> : null}
      <Button size="small" blocked={block ?? busy} busy={examine.isPending} onClick={() => examine.mutate(task)}>
        {t(task === CHECKS ? "checkNow" : "walkNow")}
      </Button>
    </>
  );
}
