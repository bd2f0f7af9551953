"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { EquityPoint } from "@/api/types";
import { useDashboard, useSynthetic } from "@/live/live";
import { cn } from "@/lib/cn";
import { formatMoney } from "@/lib/format";
import { SyntheticLabel } from "@/ui/badge";
import { Change } from "@/ui/delta";
import { Panel } from "@/ui/panel";
import { Empty, Skeleton } from "@/ui/states";
import { TableSwitch } from "@/ui/table-switch";
import { Time } from "@/ui/time";

const EquityChart = dynamic(() => import("./equity-chart").then((file) => file.EquityChart), { ssr: false });
const EquityTable = dynamic(() => import("./equity-table").then((file) => file.EquityTable), { ssr: false });

/** Equity of the book beside the same cash spread over all markets and held: did trading earn its keep? */
export function Equity({ className }: { className?: string }) {
  const t = useTranslations("equity");
  const points = useDashboard("equity");
  const synthetic = useSynthetic();
  const initial = useDashboard("book")?.initial;
  const [pointed, setPointed] = useState<EquityPoint | null>(null);
  const [asTable, setAsTable] = useState(false);
  const last = pointed ?? points?.at(-1);
  return (
    <Panel
      title={t("equityBesideBuyAndHold")}
      note={last ? t.rich("atCloses", { time: () => <Time iso={last.time} precision="minutes" /> }) : undefined}
      className={className}
      bodyClassName="relative min-h-[200px]"
      actions={
        <>
          <SyntheticLabel synthetic={synthetic} />
          <Legend name={t("equity")} swatch="border-ink" value={last?.equity} change={changeOf(initial, last?.equity)} />
          <Legend name={t("buyAndHold")} swatch="border-dashed border-benchmark" value={last?.buy_and_hold} change={changeOf(initial, last?.buy_and_hold)} />
          <span className="inline-flex items-center gap-1.5 text-2xs text-ink-3">
            <span aria-hidden className="w-4 border-t-2 border-down" />
            {t("drawdown")}
          </span>
          {points && points.length > 1 ? <TableSwitch of={t("equityBesideBuyAndHold")} shown={asTable} onChange={setAsTable} /> : null}
        </>
      }
    >
      {points === undefined ? (
        <div role="status" aria-label={t("loadingTheEquityCurve")} className="absolute inset-3">
          <Skeleton className="h-full" />
        </div>
      ) : points.length < 2 ? (
        <Empty why={t("theCurveBeginsWithThe")} next={t("oneIsAddedAtEach")} />
      ) : asTable ? (
        <EquityTable points={points} />
      ) : (
        <EquityChart points={points} onPoint={setPointed} />
      )}
    </Panel>
  );
}

/** Both began with the same cash. */
function changeOf(from: string | null | undefined, to: string | null | undefined): string | null {
  const start = Number(from);
  if (!from || !to || !(start > 0)) return null;
  return (Number(to) / start - 1).toFixed(6);
}

function Legend({ name, swatch, value, change }: { name: string; swatch: string; value: string | null | undefined; change: string | null }) {
  return (
    <span className="inline-flex items-center gap-1.5 text-2xs text-ink-3">
      <span aria-hidden className={cn("w-4 border-t-2", swatch)} />
      {name} <span className="num min-w-[5em] font-medium text-ink-2">{formatMoney(value)}</span>
      <Change value={change} />
    </span>
  );
}
