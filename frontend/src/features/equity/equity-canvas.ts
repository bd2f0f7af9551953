/** Draws the two curves and, below them on the same time scale, how far equity stood under its peak. Knows nothing of React. */
import type { IChartApi, ISeriesApi, LineData, MouseEventParams, Time, UTCTimestamp } from "lightweight-charts";
import type { EquityPoint } from "@/api/types";
import type { Colours } from "@/lib/colours";
import { formatNumber } from "@/lib/format";
import { chartOptions, chartTime } from "@/ui/chart-frame";
import { lastAtOrBefore, type Crosshairs } from "@/ui/crosshair";
import type { Canvas, Library } from "@/ui/use-canvas";
import { underPeak } from "./drawdown";

const EQUITY_PANE = 0;
const DRAWDOWN_PANE = 1;

export class EquityCanvas implements Canvas {
  private readonly chart: IChartApi;
  private readonly equity: ISeriesApi<"Line">;
  private readonly held: ISeriesApi<"Line">;
  private readonly drawdown: ISeriesApi<"Baseline">;
  private shown: readonly EquityPoint[] = [];

  constructor({ createChart, LineSeries, BaselineSeries, LineStyle }: Library, box: HTMLElement) {
    // Thousands of points must fit into a phone: let them stand closer than a pixel.
    this.chart = createChart(box, { layout: { attributionLogo: false }, autoSize: true, timeScale: { minBarSpacing: 0.01 } });
    const money = { type: "custom", minMove: 0.01, formatter: (value: number) => formatNumber(value) } as const;
    const percent = { type: "custom", minMove: 0.01, formatter: (value: number) => `${formatNumber(value)} %` } as const;
    this.held = this.chart.addSeries(LineSeries, { lineWidth: 1, lineStyle: LineStyle.Dashed, priceLineVisible: false, priceFormat: money }, EQUITY_PANE);
    this.equity = this.chart.addSeries(LineSeries, { lineWidth: 2, priceLineVisible: false, priceFormat: money }, EQUITY_PANE);
    this.drawdown = this.chart.addSeries(BaselineSeries, { lineWidth: 1, priceLineVisible: false, baseValue: { type: "price", price: 0 }, priceFormat: percent }, DRAWDOWN_PANE);
    const [above, below] = this.chart.panes();
    above?.setStretchFactor(3);
    below?.setStretchFactor(1);
  }

  remove(): void {
    this.chart.remove();
  }

  dress(colours: Colours): void {
    const { localization, ...options } = chartOptions(colours);
    this.chart.applyOptions({
      ...options,
      layout: { ...options.layout, panes: { separatorColor: colours["line-strong"], enableResize: false } },
      // Two units in one chart: each series writes its own.
      localization: { locale: localization?.locale, timeFormatter: localization?.timeFormatter },
    });
    this.equity.applyOptions({ color: colours.ink });
    this.held.applyOptions({ color: colours.benchmark });
    const shade = `${colours.down}33`;
    this.drawdown.applyOptions({ topLineColor: colours.down, topFillColor1: shade, topFillColor2: shade, bottomLineColor: colours.down, bottomFillColor1: shade, bottomFillColor2: shade });
  }

  show(points: readonly EquityPoint[]): void {
    const whole = this.shown.length === 0 || this.isWhole();
    const known = this.shown.length;
    const under = underPeak(points).map((value, index) => ({ time: chartTime((points[index] as EquityPoint).time), value: value * 100 }));
    if (known > 0 && points.length >= known && points[0] === this.shown[0] && points[known - 2] === this.shown[known - 2]) {
      // Only the end moved: draw that.
      for (const point of points.slice(known - 1)) {
        this.equity.update(equityPoint(point));
        for (const held of heldPoint(point)) this.held.update(held);
      }
      for (const point of under.slice(known - 1)) this.drawdown.update(point);
    } else {
      this.equity.setData(points.map(equityPoint));
      this.held.setData(points.flatMap(heldPoint));
      this.drawdown.setData(under);
    }
    this.shown = points;
    // Keeps the whole curve in sight, unless somebody has scrolled or zoomed in.
    if (whole) this.chart.timeScale().fitContent();
  }

  /** In step with other charts, and the point under either pointer for the legend. */
  follow(crosshairs: Crosshairs, tell: (point: EquityPoint | null) => void): () => void {
    const at = (moment: number | null) => (moment === null ? undefined : this.shown[lastAtOrBefore(this.shown.map(({ time }) => chartTime(time)), moment)]);
    const member = crosshairs.join((moment) => {
      const point = at(moment);
      if (point === undefined) this.chart.clearCrosshairPosition();
      else this.chart.setCrosshairPosition(Number(point.equity), chartTime(point.time), this.equity);
      tell(point ?? null);
    });
    let pointing = false;
    const move = (event: MouseEventParams<Time>) => {
      const time = typeof event.time === "number" ? event.time : null;
      tell(at(time) ?? null);
      // A crosshair that another chart moved is no pointer of ours.
      if (event.sourceEvent === undefined && (time !== null || !pointing)) return;
      pointing = time !== null;
      member.tell(time);
    };
    this.chart.subscribeCrosshairMove(move);
    return () => {
      member.leave();
      this.chart.unsubscribeCrosshairMove(move);
    };
  }

  private isWhole(): boolean {
    const range = this.chart.timeScale().getVisibleLogicalRange();
    return range === null || range.from <= 1;
  }
}

function equityPoint(point: EquityPoint): LineData<UTCTimestamp> {
  return { time: chartTime(point.time), value: Number(point.equity) };
}

function heldPoint(point: EquityPoint): LineData<UTCTimestamp>[] {
  return point.buy_and_hold === null ? [] : [{ time: chartTime(point.time), value: Number(point.buy_and_hold) }];
}
