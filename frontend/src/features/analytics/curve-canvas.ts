/** Draws equity and, below it on the same time scale, how far under its peak it stood. Knows nothing of React. */
import type { IChartApi, IPriceLine, ISeriesApi, MouseEventParams, Time } from "lightweight-charts";
import type { CurvePoint } from "@/api/analytics";
import type { Colours } from "@/lib/colours";
import { formatNumber } from "@/lib/format";
import { chartOptions, chartTime } from "@/ui/chart-frame";
import type { Canvas, Library } from "@/ui/use-canvas";

const EQUITY_PANE = 0;
const DRAWDOWN_PANE = 1;

export class CurveCanvas implements Canvas {
  private readonly chart: IChartApi;
  private readonly held: ISeriesApi<"Line">;
  private readonly equity: ISeriesApi<"Line">;
  private readonly low: ISeriesApi<"Line">;
  private readonly drawdown: ISeriesApi<"Baseline">;
  private readonly dotted: number;
  private began: IPriceLine | undefined;

  constructor({ createChart, LineSeries, BaselineSeries, LineStyle }: Library, box: HTMLElement) {
    this.dotted = LineStyle.Dotted;
    // The page scrolls under the wheel and the finger; the whole curve is always in sight.
    this.chart = createChart(box, { layout: { attributionLogo: false }, autoSize: true, timeScale: { minBarSpacing: 0.001 }, handleScale: false, handleScroll: false });
    const money = { type: "custom", minMove: 0.01, formatter: (value: number) => formatNumber(value) } as const;
    const percent = { type: "custom", minMove: 0.01, formatter: (value: number) => `${formatNumber(value)} %` } as const;
    const quiet = { priceLineVisible: false, lastValueVisible: true } as const;
    this.held = this.chart.addSeries(LineSeries, { ...quiet, lineWidth: 1, lineStyle: LineStyle.Dashed, priceFormat: money }, EQUITY_PANE);
    this.equity = this.chart.addSeries(LineSeries, { ...quiet, lineWidth: 2, priceFormat: money }, EQUITY_PANE);
    this.drawdown = this.chart.addSeries(BaselineSeries, { ...quiet, lineWidth: 1, baseValue: { type: "price", price: 0 }, priceFormat: percent }, DRAWDOWN_PANE);
    this.low = this.chart.addSeries(LineSeries, { ...quiet, lastValueVisible: false, lineWidth: 1, lineStyle: LineStyle.Dotted, priceFormat: percent }, DRAWDOWN_PANE);
    const [above, below] = this.chart.panes();
    above?.setStretchFactor(2.2);
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
      timeScale: { ...options.timeScale, rightOffset: 1 },
    });
    this.equity.applyOptions({ color: colours.ink });
    this.held.applyOptions({ color: colours.benchmark });
    this.low.applyOptions({ color: colours.warn });
    const shade = `${colours.down}33`;
    this.drawdown.applyOptions({ topLineColor: colours.down, topFillColor1: shade, topFillColor2: shade, bottomLineColor: colours.down, bottomFillColor1: shade, bottomFillColor2: shade });
    this.began?.applyOptions({ color: colours["ink-3"] });
  }

  show(points: readonly CurvePoint[], initial: string | null, colours: Colours, nameOfInitial: string): void {
    this.equity.setData(points.map((point) => ({ time: chartTime(point.time), value: Number(point.equity) })));
    this.held.setData(points.map((point) => ({ time: chartTime(point.time), value: Number(point.buy_and_hold) })));
    this.drawdown.setData(points.map((point) => ({ time: chartTime(point.time), value: Number(point.drawdown) * 100 })));
    this.low.setData(points.map((point) => ({ time: chartTime(point.time), value: Number(point.low_drawdown) * 100 })));
    if (this.began !== undefined) this.equity.removePriceLine(this.began);
    this.began = undefined;
    if (initial !== null) {
      this.began = this.equity.createPriceLine({ price: Number(initial), color: colours["ink-3"], lineWidth: 1, lineStyle: this.dotted, axisLabelVisible: false, title: nameOfInitial });
    }
    this.chart.timeScale().fitContent();
  }

  /** Tell which time the pointer is over, `null` when it has left. */
  onPoint(tell: (time: number | null) => void): () => void {
    const move = (event: MouseEventParams<Time>) => tell(typeof event.time === "number" ? event.time : null);
    this.chart.subscribeCrosshairMove(move);
    return () => this.chart.unsubscribeCrosshairMove(move);
  }
}
