"use client";

import { useTranslations } from "use-intl";
import type { CurvePoint } from "@/api/analytics";
import { formatMoney } from "@/lib/format";
import { formatFraction } from "@/lib/measure";
import { Table, Td, Th } from "@/ui/table";
import { Time } from "@/ui/time";

/** Equity, its benchmark and drawdown as rows, newest first. */
export function CurveTable({ curve }: { curve: readonly CurvePoint[] }) {
  const t = useTranslations("analytics");
  return (
    <div className="absolute inset-0 overflow-y-auto">
      <Table
        caption={t("equityAndDrawdown")}
        head={
          <>
            <Th>{t("time")}</Th>
            <Th right>{t("equity")}</Th>
            <Th right>{t("buyAndHold")}</Th>
            <Th right>{t("drawdown")}</Th>
            <Th right>{t("atCandleLows")}</Th>
          </>
        }
      >
        {curve.toReversed().map((point) => (
          <tr key={point.time}>
            <Td className="text-xs">
              <Time iso={point.time} precision="minutes" />
            </Td>
            <Td right>{formatMoney(point.equity)}</Td>
            <Td right>{formatMoney(point.buy_and_hold)}</Td>
            <Td right>{formatFraction(point.drawdown)}</Td>
            <Td right>{formatFraction(point.low_drawdown)}</Td>
          </tr>
        ))}
      </Table>
    </div>
  );
}
