"use client";

import { useTranslations } from "use-intl";
import type { Candles, TradeMark } from "@/api/types";
import { formatPrice, formatQuantity } from "@/lib/format";
import { Side } from "@/ui/side";
import { Table, Td, Th } from "@/ui/table";
import { Time } from "@/ui/time";
import { curveText } from "./candle-legend";

const SHOWN = 100;

/** What the chart draws, as rows: the newest candles with their indicators, and what was traded in each. */
export function CandleTable({ answer }: { answer: Candles }) {
  const t = useTranslations("chart");
  const from = Math.max(0, answer.candles.length - SHOWN);
  const rows = answer.candles.slice(from).map((candle, index) => ({ candle, at: from + index, trades: tradesIn(answer.trades, candle) }));
  return (
    <div className="absolute inset-0 overflow-y-auto">
      <Table
        caption={t("tableCaption", { market: answer.market, count: rows.length })}
        head={
          <>
            <Th>{t("opened")}</Th>
            <Th right>{t("prices.open")}</Th>
            <Th right>{t("prices.high")}</Th>
            <Th right>{t("prices.low")}</Th>
            <Th right>{t("prices.close")}</Th>
            <Th right>{t("volume")}</Th>
            {answer.curves.map(({ name }) => (
              <Th key={name} right>
                {t.has(`curves.${name}` as never) ? t(`curves.${name}` as never) : name}
              </Th>
            ))}
            <Th>{t("traded")}</Th>
          </>
        }
      >
        {rows.reverse().map(({ candle, at, trades }) => (
          <tr key={candle.open_time}>
            <Td className="text-xs">
              <Time iso={candle.open_time} precision="minutes" />
            </Td>
            <Td right>{formatPrice(candle.open)}</Td>
            <Td right>{formatPrice(candle.high)}</Td>
            <Td right>{formatPrice(candle.low)}</Td>
            <Td right>{formatPrice(candle.close)}</Td>
            <Td right>{formatQuantity(candle.volume)}</Td>
            {answer.curves.map((curve) => (
              <Td key={curve.name} right>
                {curveText(curve.name, curve.values[at], candle.close)}
              </Td>
            ))}
            <Td>
              {trades.map((trade) => (
                <span key={`${trade.cycle_id}${trade.time}`} className="num mr-2 inline-flex items-center gap-1 text-xs">
                  <Side side={trade.side} /> {formatQuantity(trade.quantity)} @ {formatPrice(trade.price)}
                </span>
              ))}
            </Td>
          </tr>
        ))}
      </Table>
    </div>
  );
}

function tradesIn(trades: readonly TradeMark[], candle: Candles["candles"][number]): TradeMark[] {
  return trades.filter(({ time }) => candle.open_time <= time && time < candle.close_time);
}
