"use client";

import type { IChartApi, ISeriesApi, LineData, UTCTimestamp } from "lightweight-charts";
import { useEffect, useRef, useState } from "react";
import type { EquityPoint } from "@/api/types";
import { useColours } from "@/lib/colours";
import { formatMoney } from "@/lib/format";
import { chartOptions, chartTime } from "@/ui/chart-frame";

interface Drawn {
  chart: IChartApi;
  equity: ISeriesApi<"Line">;
  held: ISeriesApi<"Line">;
  count: number;
}

export function EquityChart({ points }: { points: readonly EquityPoint[] }) {
  const box = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const colours = useColours();

  useEffect(() => {
    let gone = false;
    let chart: IChartApi | undefined;
    void import("lightweight-charts").then(({ createChart, LineSeries, LineStyle }) => {
      if (gone || box.current === null) return;
      chart = createChart(box.current, { autoSize: true });
      const held = chart.addSeries(LineSeries, { lineWidth: 1, lineStyle: LineStyle.Dashed, priceLineVisible: false, lastValueVisible: true });
      const equity = chart.addSeries(LineSeries, { lineWidth: 2, priceLineVisible: false });
      setDrawn({ chart, equity, held, count: 0 });
    });
    return () => {
      gone = true;
      chart?.remove();
      setDrawn(null);
    };
  }, []);

  useEffect(() => {
    if (drawn === null || colours === null) return;
    drawn.chart.applyOptions(chartOptions(colours));
    drawn.equity.applyOptions({ color: colours.ink });
    drawn.held.applyOptions({ color: colours.benchmark });
  }, [drawn, colours]);

  useEffect(() => {
    if (drawn === null) return;
    drawn.equity.setData(points.map((point) => ({ time: chartTime(point.time), value: Number(point.equity) })));
    drawn.held.setData(points.flatMap(heldPoint));
    // Follows the end by itself, unless somebody has scrolled or zoomed in.
    if (drawn.count === 0 || isWhole(drawn)) drawn.chart.timeScale().fitContent();
    drawn.count = points.length;
  }, [drawn, points]);

  const last = points.at(-1);
  return <div ref={box} className="absolute inset-0" role="img" aria-label={`Equity ${formatMoney(last?.equity)}, buy and hold ${formatMoney(last?.buy_and_hold)}`} />;
}

function heldPoint(point: EquityPoint): LineData<UTCTimestamp>[] {
  return point.buy_and_hold === null ? [] : [{ time: chartTime(point.time), value: Number(point.buy_and_hold) }];
}

function isWhole(drawn: Drawn): boolean {
  const range = drawn.chart.timeScale().getVisibleLogicalRange();
  return range === null || range.from <= 1;
}
