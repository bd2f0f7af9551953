"use client";

import type { ComponentProps } from "react";
import type { MarketResult } from "@/api/analytics";
import { cn } from "@/lib/cn";
import { formatCount, formatMoney } from "@/lib/format";
import { formatFraction } from "@/lib/measure";
import { Delta } from "@/ui/delta";
import { Panel } from "@/ui/panel";
import { Empty, SkeletonRows } from "@/ui/states";
import { StackedRow, Table, Td, Th } from "@/ui/table";
import { missing } from "./figures";

/** What each market brought. */
export function PerMarket({ markets }: { markets: readonly MarketResult[] | undefined }) {
  return (
    <Panel title="Per market" note="amounts in USDT">
      {markets === undefined ? (
        <SkeletonRows rows={5} label="markets" />
      ) : markets.length === 0 ? (
        <Empty why="Nothing has been traded yet." next="Each market gets its row with its first fill." />
      ) : (
        <Table
          caption="Per market"
          stacked
          head={
            <>
              <Th>Market</Th>
              <Th right>Realised</Th>
              <Th right>Win rate</Th>
              <Th right>Trades</Th>
              <Th right>Sales</Th>
              <Th right>Won</Th>
              <Th right>Lost</Th>
              <Th right>Even</Th>
              <Th right>Fees</Th>
              <Th right>Volume</Th>
            </>
          }
        >
          {markets.map((market) => (
            <StackedRow key={market.market}>
              <Td className="font-medium max-sm:w-full">{market.market}</Td>
              <Named name="Realised">
                <Delta value={market.realised} />
              </Named>
              <Named name="Win rate" className={market.win_rate === null ? "text-ink-3" : undefined}>
                {market.win_rate === null ? missing(market.enough) : formatFraction(market.win_rate, { digits: 1 })}
              </Named>
              <Named name="Trades">{formatCount(market.trades)}</Named>
              <Named name="Sales">{formatCount(market.exits)}</Named>
              <Named name="Won">{formatCount(market.wins)}</Named>
              <Named name="Lost">{formatCount(market.losses)}</Named>
              <Named name="Even">{formatCount(market.break_even)}</Named>
              <Named name="Fees">{formatMoney(market.fees)}</Named>
              <Named name="Volume">{formatMoney(market.volume, { digits: 0 })}</Named>
            </StackedRow>
          ))}
        </Table>
      )}
    </Panel>
  );
}

/** A cell that carries its column's name where the headings are out of sight. */
function Named({ name, className, ...rest }: { name: string } & ComponentProps<"td">) {
  return (
    <Td
      {...rest}
      right
      data-name={name}
      className={cn("max-sm:text-left max-sm:before:mr-1 max-sm:before:text-2xs max-sm:before:text-ink-3 max-sm:before:content-[attr(data-name)]", className)}
    />
  );
}
