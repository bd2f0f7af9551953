"use client";

import { useTranslations } from "use-intl";
import type { EquityPoint } from "@/api/types";
import { formatMoney } from "@/lib/format";
import { formatFraction } from "@/lib/measure";
import { Table, Td, Th } from "@/ui/table";
import { Time } from "@/ui/time";
import { underPeak } from "./drawdown";

const SHOWN = 200;
const DIGITS = 6;

/** The curve's newest points as rows. */
export function EquityTable({ points }: { points: readonly EquityPoint[] }) {
  const t = useTranslations("equity");
  const under = underPeak(points);
  return (
    <div className="absolute inset-0 overflow-y-auto">
      <Table
        caption={t("tableCaption", { count: Math.min(SHOWN, points.length), all: points.length })}
        head={
          <>
            <Th>{t("time")}</Th>
            <Th right>{t("equity")}</Th>
            <Th right>{t("buyAndHold")}</Th>
            <Th right>{t("drawdown")}</Th>
          </>
        }
      >
        {points
          .map((point, index) => ({ ...point, drawdown: (under[index] ?? 0).toFixed(DIGITS) }))
          .slice(-SHOWN)
          .reverse()
          .map((point) => (
            <tr key={point.time}>
              <Td className="text-xs">
                <Time iso={point.time} precision="minutes" />
              </Td>
              <Td right>{formatMoney(point.equity)}</Td>
              <Td right>{formatMoney(point.buy_and_hold)}</Td>
              <Td right>{formatFraction(point.drawdown)}</Td>
            </tr>
          ))}
      </Table>
    </div>
  );
}
