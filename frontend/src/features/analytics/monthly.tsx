"use client";

import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Month } from "@/api/analytics";
import { formatCount, formatMoney, NO_DATA } from "@/lib/format";
import { formatFraction } from "@/lib/measure";
import { Change, Delta } from "@/ui/delta";
import { Panel } from "@/ui/panel";
import { Empty, Skeleton } from "@/ui/states";
import { Table, Td, Th } from "@/ui/table";
import { TableSwitch } from "@/ui/table-switch";
import { strengthOf, yearsOf } from "./months";

/** Return by month, a year to a row; on a phone the months wrap. */
export function Monthly({ months }: { months: readonly Month[] | undefined }) {
  const t = useTranslations("analytics");
  const format = useFormatter();
  const [asTable, setAsTable] = useState(false);
  return (
    <Panel title={t("months")} note={t("returnOfFinishedUtcDays")} actions={months && months.length > 0 ? <TableSwitch of={t("months")} shown={asTable} onChange={setAsTable} /> : undefined}>
      {months === undefined ? (
        <div role="status" aria-label={t("loadingTheMonths")} className="p-3">
          <Skeleton className="h-10" />
        </div>
      ) : months.length === 0 ? (
        <Empty why={t("noMonthHasBegun")} next={t("theFirstOneOpensWith")} />
      ) : asTable ? (
        <MonthsTable months={months} />
      ) : (
        <div className="flex flex-col gap-px bg-line">
          {yearsOf(months).map(({ year, months: twelve, gain }) => (
            <section key={year} aria-label={year} className="grid grid-cols-1 gap-px lg:grid-cols-[88px_minmax(0,1fr)]">
              <h3 className="flex items-baseline justify-between gap-x-2 bg-sunken px-3 py-1.5 lg:flex-col lg:justify-start">
                <span className="num font-semibold">{year}</span>
                <Change value={gain} className="text-xs" />
              </h3>
              <ol className="grid grid-cols-3 gap-px bg-surface sm:grid-cols-6 sm:bg-line xl:grid-cols-12">
                {twelve.map((month, index) => (
                  <Cell key={index} name={format.dateTime(Date.UTC(2000, index), { month: "short" })} month={month} strength={month ? strengthOf(month, months) : 0} />
                ))}
              </ol>
            </section>
          ))}
        </div>
      )}
    </Panel>
  );
}

function MonthsTable({ months }: { months: readonly Month[] }) {
  const t = useTranslations("analytics");
  return (
    <Table
      caption={t("months")}
      head={
        <>
          <Th>{t("month")}</Th>
          <Th right>{t("return")}</Th>
          <Th right>{t("realised")}</Th>
          <Th right>{t("trades")}</Th>
          <Th right>{t("won")}</Th>
          <Th right>{t("lost")}</Th>
          <Th right>{t("fees")}</Th>
        </>
      }
    >
      {months.map((month) => (
        <tr key={month.month}>
          <Td className="num">
            {month.month} {month.complete ? null : <span className="text-2xs text-ink-3">{t("soFar")}</span>}
          </Td>
          <Td right>
            <Change value={month.return} />
          </Td>
          <Td right>
            <Delta value={month.realised} arrow />
          </Td>
          <Td right>{formatCount(month.trades)}</Td>
          <Td right>{formatCount(month.wins)}</Td>
          <Td right>{formatCount(month.losses)}</Td>
          <Td right>{formatMoney(month.fees)}</Td>
        </tr>
      ))}
    </Table>
  );
}

/** The wash says how much beside the strongest month; sign and number say it without colour. */
function Cell({ name, month, strength }: { name: string; month: Month | null; strength: number }) {
  const t = useTranslations("analytics");
  if (month === null) {
    return (
      <li className="bg-surface px-2 py-1.5 text-ink-3 max-sm:hidden">
        <span className="label">{name}</span>
        <span className="block leading-5" aria-label={t("noData")}>
          {NO_DATA}
        </span>
      </li>
    );
  }
  const wash = Number(month.return ?? 0) < 0 ? "var(--down-wash)" : "var(--up-wash)";
  const counts = { month: month.month, trades: formatCount(month.trades), wins: formatCount(month.wins), losses: formatCount(month.losses), fees: formatMoney(month.fees) };
  const story = t(month.complete ? "monthStory" : "monthSoFar", counts);
  return (
    <li title={story} className="min-w-0 bg-surface px-2 py-1.5" style={{ backgroundColor: `color-mix(in srgb, ${wash} ${Math.round(strength * 100)}%, var(--surface))` }}>
      <span className="label flex justify-between gap-x-1 text-ink-2">
        {name}
        {month.complete ? null : <span className="truncate font-normal">{t("soFar")}</span>}
      </span>
      <span className="num block leading-5 font-semibold">{formatFraction(month.return, { signed: true })}</span>
      <span className="num block truncate text-2xs text-ink-2">{formatMoney(month.realised, { signed: true })}</span>
    </li>
  );
}
