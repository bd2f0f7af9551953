"use client";

import { memo } from "react";
import { useTradeHistory, type HistoryFilter } from "@/api/trade-history";
import type { Cycle } from "@/api/types";
import { useDashboard, useReady } from "@/live/live";
import { cn } from "@/lib/cn";
import { formatCount, formatMoney, formatPrice, formatQuantity } from "@/lib/format";
import { baseOf, quoteOf } from "@/lib/market";
import { formatFraction } from "@/lib/measure";
import { SyntheticLabel } from "@/ui/badge";
import { Button } from "@/ui/button";
import { CycleLink, CycleOutcome, CycleSide } from "@/ui/cycle-parts";
import { Delta } from "@/ui/delta";
import { ExportLinks, FillsLink } from "@/ui/export-links";
import { Panel } from "@/ui/panel";
import { Answered, Empty, SkeletonRows } from "@/ui/states";
import { StepTicks } from "@/ui/steps";
import { StackedRow, Table, Td, Th } from "@/ui/table";
import { Filters } from "./filters";

interface HistoryProps {
  filter: HistoryFilter;
  onFilter: (filter: HistoryFilter) => void;
}

/** Every cycle there was, newest first. */
export function History({ filter, onFilter }: HistoryProps) {
  const status = useDashboard("status");
  const history = useTradeHistory(filter, useReady());
  const filtered = Object.values(filter).some(Boolean);
  const total = history.data?.pages[0]?.total;
  return (
    <Panel
      title="Trades"
      note={total === undefined ? undefined : `${formatCount(total)} ${filtered ? "match" : "in all"}, amounts in ${quoteOf(status?.data.markets[0])}`}
      actions={
        <>
          <SyntheticLabel synthetic={status?.data.synthetic} />
          <Button size="small" onClick={() => void history.refetch()} busy={history.isRefetching}>
            Refresh
          </Button>
          <ExportLinks list="trades" filter={{ ...filter }} of="Trades" />
          <FillsLink filter={{ ...filter }} />
        </>
      }
    >
      <Filters filter={filter} markets={status?.data.markets ?? []} onFilter={onFilter} />
      <Answered query={history} what="The trades could not be loaded" loading={<SkeletonRows rows={14} label="trades" />}>
        {(answer) => {
          const cycles = answer.pages.flatMap((page) => page.items);
          if (cycles.length === 0) {
            return filtered ? (
              <Empty why="No trade matches this filter." next="Widen the span or clear the filter." />
            ) : (
              <Empty why="Nothing has been traded yet." next="The first signal that is not HOLD opens the list." />
            );
          }
          return (
            <>
              <Trades cycles={cycles} />
              <div className="flex items-center gap-3 border-t border-line px-3 py-2">
                <span className="text-xs text-ink-3">
                  {formatCount(cycles.length)} of {formatCount(total)} shown
                </span>
                {history.hasNextPage ? (
                  <Button size="small" busy={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
                    Show more
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

function Trades({ cycles }: { cycles: readonly Cycle[] }) {
  return (
    <Table
      caption="Trades"
      stacked
      head={
        <>
          <Th>Candle close</Th>
          <Th>Market</Th>
          <Th>Side</Th>
          <Th right>Confidence</Th>
          <Th right>Quantity</Th>
          <Th right>Fill price</Th>
          <Th right>Fee</Th>
          <Th right>Realised</Th>
          <Th>Seven steps</Th>
          <Th>Outcome</Th>
          <Th right>Record</Th>
        </>
      }
    >
      {cycles.map((cycle) => (
        <Row key={cycle.id} cycle={cycle} />
      ))}
    </Table>
  );
}

const Row = memo(function Row({ cycle }: { cycle: Cycle }) {
  return (
    <StackedRow>
      <Td>
        <CycleLink id={cycle.id} time={cycle.candle_close ?? cycle.opened_at} />
      </Td>
      <Td className="font-medium">
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
        <span title={cycle.fill_price === null ? "asked for, not filled" : undefined}>{formatQuantity(cycle.quantity)}</span>
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
        <CycleOutcome cycle={cycle} />
      </Td>
      <Td right className="text-ink-3 max-sm:hidden">
        {cycle.record_seq === null ? "—" : `#${cycle.record_seq}`}
      </Td>
    </StackedRow>
  );
});
