"use client";

import { memo, useDeferredValue, useState } from "react";
import { useTranslations } from "use-intl";
import { useTradeHistory, type HistoryFilter } from "@/api/trade-history";
import type { Cycle } from "@/api/types";
import { useFollow } from "@/live/follow";
import { useReady, useStatus, useSynthetic } from "@/live/live";
import { cn } from "@/lib/cn";
import { formatCount, formatMoney, formatPrice, formatQuantity, NO_DATA } from "@/lib/format";
import { baseOf, quoteOf } from "@/lib/market";
import { formatFraction } from "@/lib/measure";
import { SyntheticLabel } from "@/ui/badge";
import { Button } from "@/ui/button";
import { CycleLink, CycleSide, WhyCell } from "@/ui/cycle-parts";
import { Delta } from "@/ui/delta";
import { ExportLinks, FillsLink } from "@/ui/export-links";
import { Outcome } from "@/ui/outcome";
import { Panel } from "@/ui/panel";
import { Answered, Empty, SkeletonRows } from "@/ui/states";
import { StepTicks } from "@/ui/steps";
import { StackedRow, Table, Td, Th } from "@/ui/table";
import { Filters } from "./filters";

const EVERY_MS = 2000;

interface HistoryProps {
  filter: HistoryFilter;
  onFilter: (filter: HistoryFilter) => void;
}

/** Every cycle there was, newest first. */
export function History({ filter, onFilter }: HistoryProps) {
  const t = useTranslations("history");
  const markets = useStatus((status) => status.data.markets);
  const synthetic = useSynthetic();
  const history = useTradeHistory(filter, useReady());
  // Who reads further down is not disturbed.
  useFollow(() => (history.data?.pages.length === 1 ? history.refetch({ cancelRefetch: false }) : undefined), EVERY_MS);
  const [asked, setAsked] = useState(false);
  const refresh = () => {
    setAsked(true);
    void history.refetch().finally(() => setAsked(false));
  };
  const filtered = Object.values(filter).some(Boolean);
  const total = history.data?.pages[0]?.total;
  return (
    <Panel
      title={t("trades")}
      note={total === undefined ? undefined : t(filtered ? "matching" : "inAll", { count: formatCount(total), quote: quoteOf(markets?.[0]) })}
      actions={
        <>
          <SyntheticLabel synthetic={synthetic} />
          <Button size="small" onClick={refresh} busy={asked}>
            {t("refresh")}
          </Button>
          <ExportLinks list="trades" filter={{ ...filter }} of={t("trades")} />
          <FillsLink filter={{ ...filter }} />
        </>
      }
    >
      <Filters filter={filter} markets={markets ?? []} onFilter={onFilter} />
      <Answered query={history} what={t("theTradesCouldNotBe")} loading={<SkeletonRows rows={14} label={t("trades2")} />}>
        {(answer) => {
          const cycles = answer.pages.flatMap((page) => page.items);
          if (cycles.length === 0) {
            return filtered ? (
              <Empty why={t("noTradeMatchesThisFilter")} next={t("widenTheSpanOrClear")} />
            ) : (
              <Empty why={t("nothingHasBeenTradedYet")} next={t("theFirstSignalThatIs")} />
            );
          }
          return (
            <>
              <Trades cycles={cycles} />
              <div className="flex items-center gap-3 border-t border-line px-3 py-2">
                <span className="text-xs text-ink-3">
                  {t("shown", { count: formatCount(cycles.length), total: formatCount(total) })}
                </span>
                {history.hasNextPage ? (
                  <Button size="small" busy={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
                    {t("showMore")}
                  </Button>
                ) : null}
              </div>
            </>
          );
        }}
      </Answered>
    </Panel>
  );
}

/** What the first screen holds; the others are drawn in the pauses after it. */
const AT_ONCE = 20;

function Trades({ cycles }: { cycles: readonly Cycle[] }) {
  const t = useTranslations("history");
  const shown = useDeferredValue(cycles, cycles.slice(0, AT_ONCE));
  return (
    <Table
      caption={t("trades")}
      stacked
      head={
        <>
          <Th>{t("candleClose")}</Th>
          <Th>{t("market")}</Th>
          <Th>{t("side")}</Th>
          <Th right>{t("confidence")}</Th>
          <Th right>{t("quantity")}</Th>
          <Th right>{t("fillPrice")}</Th>
          <Th right>{t("fee")}</Th>
          <Th right>{t("realised")}</Th>
          <Th>{t("sevenSteps")}</Th>
          <Th>{t("outcome")}</Th>
          <Th>{t("why")}</Th>
          <Th right>
            <span title={t("recordHint")}>{t("record")}</span>
          </Th>
        </>
      }
    >
      {shown.map((cycle) => (
        <Row key={cycle.id} cycle={cycle} />
      ))}
    </Table>
  );
}

const Row = memo(function Row({ cycle }: { cycle: Cycle }) {
  const t = useTranslations("history");
  return (
    <StackedRow>
      <Td>
        <CycleLink id={cycle.id} time={cycle.candle_close ?? cycle.opened_at} />
      </Td>
      <Td className="font-medium whitespace-nowrap">
        {baseOf(cycle.market)}
        <span className="max-sm:hidden">-{quoteOf(cycle.market)}</span>
      </Td>
      <Td>
        <CycleSide cycle={cycle} />
      </Td>
      <Td right className="max-sm:ml-auto">
        {formatFraction(cycle.confidence, { digits: 1 })}
      </Td>
      <Td right className={cn("max-sm:hidden", cycle.fill_price === null && "text-ink-3")}>
        <span title={cycle.fill_price === null ? t("notFilled") : undefined}>{formatQuantity(cycle.quantity)}</span>
      </Td>
      <Td right className="max-sm:hidden">
        {formatPrice(cycle.fill_price)}
      </Td>
      <Td right className="max-sm:hidden">
        {formatMoney(cycle.fee)}
      </Td>
      <Td right className="max-sm:order-last max-sm:ml-auto">
        <Delta value={cycle.kind === "EXIT" ? cycle.realised : null} />
      </Td>
      <Td>
        <StepTicks steps={cycle.steps} />
      </Td>
      <Td>
        <Outcome cycle={cycle} />
      </Td>
      <WhyCell cycle={cycle} />
      <Td right className="text-ink-3 max-sm:hidden">
        {cycle.record_seq === null ? NO_DATA : `#${cycle.record_seq}`}
      </Td>
    </StackedRow>
  );
});
