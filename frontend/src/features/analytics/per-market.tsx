"use client";

import type { ComponentProps } from "react";
import { useTranslations } from "use-intl";
import type { MarketResult } from "@/api/analytics";
import { cn } from "@/lib/cn";
import { formatCount, formatMoney, NO_DATA } from "@/lib/format";
import { formatFraction } from "@/lib/measure";
import { Delta } from "@/ui/delta";
import { Panel } from "@/ui/panel";
import { Empty, SkeletonRows } from "@/ui/states";
import { StackedRow, Table, Td, Th } from "@/ui/table";

/** What each market brought. */
export function PerMarket({ markets }: { markets: readonly MarketResult[] | undefined }) {
  const t = useTranslations("analytics");
  return (
    <Panel title={t("perMarket")} note={t("amountsInUsdt")}>
      {markets === undefined ? (
        <SkeletonRows rows={5} label={t("markets")} />
      ) : markets.length === 0 ? (
        <Empty why={t("nothingHasBeenTradedYet")} next={t("eachMarketGetsItsRow")} />
      ) : (
        <Table
          caption={t("perMarket")}
          stacked
          head={
            <>
              <Th>{t("market")}</Th>
              <Th right>{t("realised")}</Th>
              <Th right>{t("winRate")}</Th>
              <Th right>{t("trades")}</Th>
              <Th right>{t("sales")}</Th>
              <Th right>{t("won")}</Th>
              <Th right>{t("lost")}</Th>
              <Th right>{t("even")}</Th>
              <Th right>{t("fees")}</Th>
              <Th right>{t("volume")}</Th>
            </>
          }
        >
          {markets.map((market) => (
            <StackedRow key={market.market}>
              <Td className="font-medium max-sm:w-full">{market.market}</Td>
              <Named name={t("realised")}>
                <Delta value={market.realised} />
              </Named>
              <Named name={t("winRate")} className={market.win_rate === null ? "text-ink-3" : undefined}>
                {market.win_rate !== null ? formatFraction(market.win_rate, { digits: 1 }) : market.enough ? NO_DATA : t("notEnoughData")}
              </Named>
              <Named name={t("trades")}>{formatCount(market.trades)}</Named>
              <Named name={t("sales")}>{formatCount(market.exits)}</Named>
              <Named name={t("won")}>{formatCount(market.wins)}</Named>
              <Named name={t("lost")}>{formatCount(market.losses)}</Named>
              <Named name={t("even")}>{formatCount(market.break_even)}</Named>
              <Named name={t("fees")}>{formatMoney(market.fees)}</Named>
              <Named name={t("volume")}>{formatMoney(market.volume, { digits: 0 })}</Named>
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
