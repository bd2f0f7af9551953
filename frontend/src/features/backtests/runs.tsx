"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import { useBacktests, type BacktestRun, type RunFilter, type RunSort } from "@/api/backtests";
import { useStrategies } from "@/api/strategies";
import { useReady } from "@/live/live";
import { formatCount, formatMoney, formatNumber, formatTime, NO_DATA } from "@/lib/format";
import { baseOf } from "@/lib/market";
import { formatFraction } from "@/lib/measure";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { toneOf } from "@/ui/delta";
import { Field, Select } from "@/ui/fields";
import { Panel } from "@/ui/panel";
import { Answered, Empty, SkeletonRows } from "@/ui/states";
import { StackedRow, Table, Td, Th } from "@/ui/table";

export const COMPARED_MOST = 4;
const SORTS: readonly RunSort[] = ["newest", "total_return", "max_drawdown", "sharpe"];

interface RunsProps {
  filter: RunFilter;
  onFilter: (filter: RunFilter) => void;
  chosen: readonly string[];
  onChoose: (chosen: readonly string[]) => void;
  onCompare: () => void;
}

/** Every stored run with its key figures; two to four of them can be chosen and laid side by side. */
export function Runs({ filter, onFilter, chosen, onChoose, onCompare }: RunsProps) {
  const t = useTranslations("backtests");
  const runs = useBacktests(filter, useReady());
  const strategies = useStrategies(useReady());
  const total = runs.data?.pages[0]?.total;
  const blocked = chosen.length < 2 ? t("chooseTwo") : null;
  const toggle = (id: string) => onChoose(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id].slice(-COMPARED_MOST));
  return (
    <Panel
      title={t("runs")}
      note={total === undefined ? undefined : t("runsNote", { count: formatCount(total) })}
      actions={
        <Button size="small" blocked={blocked} onClick={onCompare}>
          {t("compare", { count: String(chosen.length) })}
        </Button>
      }
    >
      <form role="search" aria-label={t("filter")} className="grid grid-cols-2 gap-2 border-b border-line bg-sunken px-3 py-2 sm:grid-cols-4" onSubmit={(event) => event.preventDefault()}>
        <Field label={t("strategy")}>
          <Select value={filter.strategy ?? ""} onChange={(event) => onFilter({ ...filter, strategy: event.target.value || undefined })}>
            <option value="">{t("all")}</option>
            {(strategies.data?.strategies ?? []).map((each) => (
              <option key={each.name}>{each.name}</option>
            ))}
          </Select>
        </Field>
        <Field label={t("sort")}>
          <Select value={filter.sort ?? "newest"} onChange={(event) => onFilter({ ...filter, sort: event.target.value === "newest" ? undefined : (event.target.value as RunSort) })}>
            {SORTS.map((each) => (
              <option key={each} value={each}>
                {t(`sorts.${each}`)}
              </option>
            ))}
          </Select>
        </Field>
      </form>
      <Answered query={runs} what={t("noRuns")} loading={<SkeletonRows rows={6} label={t("runs")} />}>
        {(answer) => {
          const rows = answer.pages.flatMap((page) => page.runs);
          if (rows.length === 0) return filter.strategy ? <Empty why={t("noneMatches")} next={t("clearFilter")} /> : <Empty why={t("noneYet")} next={t("noneYetNext")} />;
          return (
            <>
              <Table
                caption={t("runs")}
                stacked
                head={
                  <>
                    <Th>{t("choose")}</Th>
                    <Th>{t("strategy")}</Th>
                    <Th>{t("span")}</Th>
                    <Th>{t("markets")}</Th>
                    <Th right>{t("return")}</Th>
                    <Th right>{t("held")}</Th>
                    <Th right>{t("drawdown")}</Th>
                    <Th right>{t("sharpe")}</Th>
                    <Th right>{t("entries")}</Th>
                    <Th right>{t("rejections")}</Th>
                    <Th right>{t("equity")}</Th>
                  </>
                }
              >
                {rows.map((run) => (
                  <Row key={run.id} run={run} chosen={chosen.includes(run.id)} onChoose={() => toggle(run.id)} />
                ))}
              </Table>
              {runs.hasNextPage ? (
                <div className="border-t border-line px-3 py-2">
                  <Button size="small" busy={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
                    {t("showMore")}
                  </Button>
                </div>
              ) : null}
            </>
          );
        }}
      </Answered>
    </Panel>
  );
}

function Row({ run, chosen, onChoose }: { run: BacktestRun; chosen: boolean; onChoose: () => void }) {
  const t = useTranslations("backtests");
  const { figures } = run;
  return (
    <StackedRow>
      <Td>
        <input type="checkbox" className="size-4" checked={chosen} onChange={onChoose} aria-label={t("chooseRun", { id: run.id })} />
      </Td>
      <Td>
        <Link prefetch={false} href={`/backtests?id=${run.id}`} className="inline-flex min-h-6 items-center font-medium underline decoration-line-strong underline-offset-2">
          {run.strategy}
        </Link>{" "}
        <span className="font-mono text-2xs text-ink-3">{run.id.slice(0, 8)}</span>{" "}
        {run.confidence.startsWith("assumed") ? <Badge tone="warn">{t("assumed")}</Badge> : null}
      </Td>
      <Td className="num text-xs whitespace-nowrap" title={t("keptAt", { time: formatTime(run.kept_at) })}>
        {t("fromTo", { from: run.from.slice(0, 10), to: run.to.slice(0, 10) })}
      </Td>
      <Td className="text-xs">{run.markets.map(baseOf).join(" ")}</Td>
      <Td right className={toneOf(figures.total_return)}>
        {formatFraction(figures.total_return, { signed: true })}
      </Td>
      <Td right className="max-sm:hidden">{formatFraction(figures.buy_and_hold_return, { signed: true })}</Td>
      <Td right className="max-sm:hidden">{formatFraction(figures.max_drawdown)}</Td>
      <Td right className="max-sm:hidden">
        {figures.sharpe ? formatNumber(figures.sharpe) : <span title={t("notEnough")}>{NO_DATA}</span>}
      </Td>
      <Td right className="max-sm:hidden">{formatCount(run.entries)}</Td>
      <Td right className="max-sm:hidden">{formatCount(run.rejections)}</Td>
      <Td right className="max-sm:ml-auto">{formatMoney(run.equity)}</Td>
    </StackedRow>
  );
}
