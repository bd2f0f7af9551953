"use client";

import { useEffect, useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import type { Analytics, CurvePoint } from "@/api/analytics";
import { cn } from "@/lib/cn";
import { useColours } from "@/lib/colours";
import { formatMoney, formatTime } from "@/lib/format";
import { formatFraction } from "@/lib/measure";
import { SyntheticLabel } from "@/ui/badge";
import { chartTime } from "@/ui/chart-frame";
import { Panel } from "@/ui/panel";
import { Empty, Skeleton } from "@/ui/states";
import { TableSwitch } from "@/ui/table-switch";
import { Time } from "@/ui/time";
import { useCanvas, type Library } from "@/ui/use-canvas";
import { CurveCanvas } from "./curve-canvas";
import { CurveTable } from "./curve-table";

interface CurveProps {
  results: Pick<Analytics, "curve" | "initial"> | undefined;
  synthetic: boolean | undefined;
}

/** Equity beside buy and hold, and drawdown below it in step. The legend tells the point under the pointer, else the last. */
export function Curve({ results, synthetic }: CurveProps) {
  const t = useTranslations("analytics");
  const [pointed, setPointed] = useState<number | null>(null);
  const [asTable, setAsTable] = useState(false);
  const curve = results?.curve;
  const point = useMemo(() => curve?.find((each) => chartTime(each.time) === pointed) ?? curve?.at(-1), [curve, pointed]);
  return (
    <Panel
      title={t("equityAndDrawdown")}
      note={curve && curve.length > 1 ? <Time iso={point?.time} precision="minutes" /> : undefined}
      bodyClassName="min-h-[420px] max-sm:min-h-[340px]"
      actions={
        <>
          <SyntheticLabel synthetic={synthetic} />
          <Legend name={t("equity")} swatch="border-ink" value={formatMoney(point?.equity)} />
          <Legend name={t("buyAndHold")} swatch="border-dashed border-benchmark" value={formatMoney(point?.buy_and_hold)} />
          <Legend name={t("initial")} swatch="border-dotted border-ink-3" value={formatMoney(results?.initial)} />
          <Legend name={t("drawdown")} swatch="border-down" value={formatFraction(point?.drawdown)} />
          <Legend name={t("atCandleLows")} swatch="border-dotted border-warn" value={formatFraction(point?.low_drawdown)} />
          {curve && curve.length > 1 ? <TableSwitch of={t("equityAndDrawdown")} shown={asTable} onChange={setAsTable} /> : null}
        </>
      }
    >
      {curve === undefined ? (
        <div role="status" aria-label={t("loadingTheEquityCurve")} className="absolute inset-3">
          <Skeleton className="h-full" />
        </div>
      ) : curve.length < 2 ? (
        <Empty why={t("theCurveBeginsWithThe")} next={t("onePointIsAddedAt")} />
      ) : asTable ? (
        <CurveTable curve={curve} />
      ) : (
        <Drawing curve={curve} initial={results?.initial ?? null} onPoint={setPointed} />
      )}
    </Panel>
  );
}

const draw = (library: Library, box: HTMLElement) => new CurveCanvas(library, box);

function Drawing({ curve, initial, onPoint }: { curve: readonly CurvePoint[]; initial: string | null; onPoint: (time: number | null) => void }) {
  const t = useTranslations("analytics");
  const [box, canvas] = useCanvas(draw);
  const colours = useColours();

  useEffect(() => {
    if (colours) canvas?.dress(colours);
  }, [canvas, colours]);
  useEffect(() => {
    if (colours) canvas?.show(curve, initial, colours, t("initial"));
  }, [canvas, colours, curve, initial, t]);
  useEffect(() => canvas?.onPoint(onPoint), [canvas, onPoint]);

  return <div ref={box} className="absolute inset-0" role="img" aria-label={t("described", summaryOf(curve, initial))} />;
}

/** The numbers of the chart in one sentence, for who cannot see it. */
export function summaryOf(curve: readonly CurvePoint[], initial: string | null) {
  const [first, last] = [curve[0], curve.at(-1)];
  const deepest = curve.reduce<CurvePoint | undefined>((worst, each) => (worst === undefined || Number(each.drawdown) < Number(worst.drawdown) ? each : worst), undefined);
  return {
    began: formatTime(first?.time, "minutes"),
    ended: formatTime(last?.time, "minutes"),
    initial: formatMoney(initial),
    equity: formatMoney(last?.equity),
    held: formatMoney(last?.buy_and_hold),
    deepest: formatFraction(deepest?.drawdown),
    at: formatTime(deepest?.time, "minutes"),
  };
}

function Legend({ name, swatch, value }: { name: string; swatch: string; value: string }) {
  return (
    <span className="inline-flex items-center gap-1.5 text-2xs text-ink-3">
      <span aria-hidden className={cn("w-4 border-t", swatch)} />
      {name} <span className="num min-w-[5em] font-medium text-ink-2">{value}</span>
    </span>
  );
}
