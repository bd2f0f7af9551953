"use client";

import { useId, useState } from "react";
import { useTranslations } from "use-intl";
import type { Analytics, ProfitBin } from "@/api/analytics";
import { formatCount, formatMoney } from "@/lib/format";
import { Panel } from "@/ui/panel";
import { Empty, Skeleton } from "@/ui/states";
import { Table, Td, Th } from "@/ui/table";
import { TableSwitch } from "@/ui/table-switch";
import { histogramOf } from "./histogram";

const FILLS = { [-1]: "fill-down", 0: "fill-benchmark", 1: "fill-up" } as const;

/** How often a sale brought how much: bars, or the same as a table. */
export function Distribution({ results }: { results: Pick<Analytics, "distribution"> | undefined }) {
  const t = useTranslations("analytics");
  const [asTable, setAsTable] = useState(false);
  const bins = results?.distribution;
  const filled = bins !== undefined && bins.length > 0;
  return (
    <Panel
      title={t("pnlOfSales")}
      note={t("realisedUsdtASale")}
      bodyClassName="min-h-[240px]"
      actions={
        filled ? (
          <TableSwitch of={t("pnlOfSales")} shown={asTable} onChange={setAsTable} />
        ) : undefined
      }
    >
      {bins === undefined ? (
        <div role="status" aria-label={t("loadingTheDistribution")} className="absolute inset-3">
          <Skeleton className="h-full" />
        </div>
      ) : !filled ? (
        <Empty why={t("nothingHasBeenSoldYet")} next={t("theFirstSaleDrawsThe")} />
      ) : asTable ? (
        <div className="max-h-[240px] overflow-y-auto">
          <Bins bins={bins} />
        </div>
      ) : (
        <Bars bins={bins} />
      )}
    </Panel>
  );
}

function Bars({ bins }: { bins: readonly ProfitBin[] }) {
  const t = useTranslations("analytics");
  const caption = useId();
  const { bars, zero, ticks } = histogramOf(bins);
  const top = ticks.at(-1) ?? 1;
  const [low, high] = [bins[0]?.from, bins.at(-1)?.to];
  return (
    <figure aria-labelledby={caption} className="flex h-[240px] flex-col px-3 pt-4 pb-2">
      <figcaption id={caption} className="sr-only">
        {t("salesBetween", { count: formatCount(bins.reduce((sum, bin) => sum + bin.count, 0)), low: formatMoney(low), high: formatMoney(high) })}
      </figcaption>
      <div className="relative ml-6 min-h-0 flex-1">
        {ticks.map((tick) => (
          <span key={tick} aria-hidden className="num text-2xs absolute right-full translate-y-1/2 pr-1.5 text-ink-3" style={{ bottom: `${(tick / top) * 100}%` }}>
            {formatCount(tick)}
          </span>
        ))}
        <svg aria-hidden viewBox="0 0 100 100" preserveAspectRatio="none" className="absolute inset-0 size-full overflow-visible">
          {ticks.map((tick) => (
            <line key={tick} x1={0} x2={100} y1={100 - (tick / top) * 100} y2={100 - (tick / top) * 100} className={tick === 0 ? "stroke-line-strong" : "stroke-line"} vectorEffect="non-scaling-stroke" />
          ))}
          {bars.map((bar) => (
            <g key={bar.bin.from}>
              <rect x={bar.x + bar.width * 0.06} width={bar.width * 0.88} y={100 - bar.height} height={bar.height} className={FILLS[bar.side]} />
              {/* The whole column answers the pointer, not only the bar. */}
              <rect x={bar.x} width={bar.width} y={0} height={100} className="fill-transparent hover:fill-ink/5">
                <title>{t("bin", { from: formatMoney(bar.bin.from), to: formatMoney(bar.bin.to), count: formatCount(bar.bin.count) })}</title>
              </rect>
            </g>
          ))}
          {zero === null ? null : <line x1={zero} x2={zero} y1={0} y2={100} className="stroke-ink" strokeDasharray="3 3" vectorEffect="non-scaling-stroke" />}
        </svg>
      </div>
      <div aria-hidden className="num text-2xs relative mt-1 ml-6 flex h-4 justify-between text-ink-3">
        <span>{formatMoney(low, { signed: true })}</span>
        {zero !== null && zero > 22 && zero < 78 ? (
          <span className="absolute -translate-x-1/2 text-ink-2" style={{ left: `${zero}%` }}>
            0
          </span>
        ) : null}
        <span>{formatMoney(high, { signed: true })}</span>
      </div>
    </figure>
  );
}

function Bins({ bins }: { bins: readonly ProfitBin[] }) {
  const t = useTranslations("analytics");
  return (
    <Table
      caption={t("pnlOfSalesTable")}
      head={
        <>
          <Th right>{t("from")}</Th>
          <Th right>{t("below")}</Th>
          <Th right>{t("sales")}</Th>
        </>
      }
    >
      {bins.map((bin) => (
        <tr key={bin.from}>
          <Td right>{formatMoney(bin.from, { signed: true })}</Td>
          <Td right>{formatMoney(bin.to, { signed: true })}</Td>
          <Td right>{formatCount(bin.count)}</Td>
        </tr>
      ))}
    </Table>
  );
}
