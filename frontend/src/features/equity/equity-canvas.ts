/** Draws the two curves with lightweight-charts. Knows nothing of React. */
import type { IChartApi, ISeriesApi, LineData, MouseEventParams, Time, UTCTimestamp } from "lightweight-charts";
import type { EquityPoint } from "@/api/types";
import type { Colours } from "@/lib/colours";
import { chartOptions, chartTime } from "@/ui/chart-frame";
import { lastAtOrBefore, type Crosshairs } from "@/ui/crosshair";
import type { Canvas, Library } from "@/ui/use-canvas";

export class EquityCanvas implements Canvas {
  private readonly chart: IChartApi;
  private readonly equity: ISeriesApi<"Line">;
  private readonly held: ISeriesApi<"Line">;
  private shown: readonly EquityPoint[] = [];

  constructor({ createChart, LineSeries, LineStyle }: Library, box: HTMLElement) {
    // Thousands of points must fit into a phone: let them stand closer than a pixel.
    this.chart = createChart(box, { layout: { attributionLogo: false }, autoSize: true, timeScale: { minBarSpacing: 0.01 } });
    this.held = this.chart.addSeries(LineSeries, { lineWidth: 1, lineStyle: LineStyle.Dashed, priceLineVisible: false });
    this.equity = this.chart.addSeries(LineSeries, { lineWidth: 2, priceLineVisible: false });
  }

  remove(): void {
    this.chart.remove();
  }

  dress(colours: Colours): void {
    this.chart.applyOptions(chartOptions(colours));
    this.equity.applyOptions({ color: colours.ink });
    this.held.applyOptions({ color: colours.benchmark });
  }

  show(points: readonly EquityPoint[]): void {
    const whole = this.shown.length === 0 || this.isWhole();
    const known = this.shown.length;
    if (known > 0 && points.length >= known && points[0] === this.shown[0] && points[known - 2] === this.shown[known - 2]) {
      // Only the end moved: draw that.
      for (const point of points.slice(known - 1)) {
        this.equity.update(equityPoint(point));
        for (const held of heldPoint(point)) this.held.update(held);
      }
    } else {
      this.equity.setData(points.map(equityPoint));
      this.held.setData(points.flatMap(heldPoint));
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
