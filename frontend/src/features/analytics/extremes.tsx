"use client";

import { useTranslations } from "use-intl";
import type { Analytics, TradeResultRow } from "@/api/analytics";
import { CycleLink } from "@/ui/cycle-parts";
import { Delta } from "@/ui/delta";
import { Panel } from "@/ui/panel";
import { Empty, SkeletonRows } from "@/ui/states";

/** The sales that brought and cost the most, each the way to its whole record. */
export function Extremes({ results }: { results: Pick<Analytics, "best" | "worst"> | undefined }) {
  const t = useTranslations("analytics");
  return (
    <Panel title={t("bestAndWorstSales")} note={t("realisedUsdt")}>
      {results === undefined ? (
        <SkeletonRows rows={5} label={t("sales2")} />
      ) : results.best.length === 0 && results.worst.length === 0 ? (
        <Empty why={t("nothingHasBeenSoldYet")} next={t("theFirstSaleOpensBoth")} />
      ) : (
        <div className="grid grid-cols-1 gap-px bg-line sm:grid-cols-2">
          <Sales name={t("best")} sales={results.best} />
          <Sales name={t("worst")} sales={results.worst} />
        </div>
      )}
    </Panel>
  );
}

function Sales({ name, sales }: { name: string; sales: readonly TradeResultRow[] }) {
  return (
    <section aria-label={name} className="bg-surface">
      <h3 className="label px-3 pt-2">{name}</h3>
      <ol className="divide-y divide-line">
        {sales.map((sale) => (
          <li key={sale.cycle_id} className="flex h-8 items-center gap-3 px-3">
            <CycleLink id={sale.cycle_id} time={sale.time} />
            <span className="font-medium">{sale.symbol}</span>
            <span className="ml-auto">
              <Delta value={sale.realised} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
