"use client";

import { useTranslations } from "use-intl";
import { useBacktestTrades } from "@/api/backtests";
import { useReady } from "@/live/live";
import { formatCount, formatMoney, formatPrice, formatQuantity, formatTime, NO_DATA } from "@/lib/format";
import { baseOf } from "@/lib/market";
import { formatFraction } from "@/lib/measure";
import { Button } from "@/ui/button";
import { Delta } from "@/ui/delta";
import { Panel } from "@/ui/panel";
import { Side } from "@/ui/side";
import { Answered, Empty, SkeletonRows } from "@/ui/states";
import { StackedRow, Table, Td, Th } from "@/ui/table";
import { useReasonWords } from "./words";

/** Every settled fill of a run, oldest first, page by page. */
export function RunTrades({ id }: { id: string }) {
  const t = useTranslations("backtests");
  const reasonOf = useReasonWords();
  const trades = useBacktestTrades(id, useReady());
  const total = trades.data?.pages[0]?.total;
  return (
    <Panel title={t("trades")} note={total === undefined ? undefined : t("tradesNote", { count: formatCount(total) })}>
      <Answered query={trades} what={t("noTrades")} loading={<SkeletonRows rows={8} label={t("trades")} />}>
        {(answer) => {
          const rows = answer.pages.flatMap((page) => page.items);
          if (rows.length === 0) return <Empty why={t("nothingTraded")} next={t("nothingTradedNext")} />;
          return (
            <>
              <Table
                caption={t("trades")}
                stacked
                head={
                  <>
                    <Th>{t("time")}</Th>
                    <Th>{t("market")}</Th>
                    <Th>{t("side")}</Th>
                    <Th>{t("reason")}</Th>
                    <Th right>{t("confidence")}</Th>
                    <Th right>{t("quantity")}</Th>
                    <Th right>{t("price")}</Th>
                    <Th right>{t("fee")}</Th>
                    <Th right>{t("realised")}</Th>
                    <Th right>{t("record")}</Th>
                  </>
                }
              >
                {rows.map((row) => (
                  <StackedRow key={`${row.record_seq}-${row.market}-${row.side}-${row.observed_at}`}>
                    <Td className="num text-xs whitespace-nowrap">{formatTime(row.observed_at, "minutes")}</Td>
                    <Td className="font-medium">{baseOf(row.market)}</Td>
                    <Td>
                      <Side side={row.side} />
                    </Td>
                    <Td className="text-xs">{reasonOf(row.reason)}</Td>
                    <Td right className="max-sm:hidden">{formatFraction(row.confidence, { digits: 1 })}</Td>
                    <Td right className="max-sm:hidden">{formatQuantity(row.quantity)}</Td>
                    <Td right>{formatPrice(row.price)}</Td>
                    <Td right className="max-sm:hidden">{formatMoney(row.fee)}</Td>
                    <Td right className="max-sm:ml-auto">{row.realised === null ? NO_DATA : <Delta value={row.realised} />}</Td>
                    <Td right className="text-ink-3 max-sm:hidden">{`#${row.record_seq}`}</Td>
                  </StackedRow>
                ))}
              </Table>
              <div className="flex items-center gap-3 border-t border-line px-3 py-2">
                <span className="text-xs text-ink-3">{t("shown", { count: formatCount(rows.length), total: formatCount(total) })}</span>
                {trades.hasNextPage ? (
                  <Button size="small" busy={trades.isFetchingNextPage} onClick={() => void trades.fetchNextPage()}>
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
