/** Draws candles, fills and lines with lightweight-charts. Knows nothing of React or of where the numbers come from. */
import type { CandlestickData, IChartApi, IPriceLine, ISeriesApi, ISeriesMarkersPluginApi, MouseEventParams, SeriesMarker, Time, UTCTimestamp } from "lightweight-charts";
import type { Candle, Candles, TradeMark } from "@/api/types";
import type { Colours } from "@/lib/colours";
import { formatNumber } from "@/lib/format";
import { chartOptions, chartTime } from "@/ui/chart-frame";
import { lastAtOrBefore, type Crosshairs } from "@/ui/crosshair";
import type { Canvas, Library } from "@/ui/use-canvas";
import { CurveSeries } from "./curve-series";

export interface Lines {
  entry: string | null;
  stop: string | null;
  target: string | null;
}

const FIRST_SHOWN = 140;
const UPDATES_AT_MOST = 8;

export class CandleCanvas implements Canvas {
  private readonly chart: IChartApi;
  private readonly series: ISeriesApi<"Candlestick">;
  private readonly markers: ISeriesMarkersPluginApi<Time>;
  private readonly curves: CurveSeries;
  private lines: IPriceLine[] = [];
  private points: CandlestickData<UTCTimestamp>[] = [];
  private intervalS = 0;
  private market = "";
  private lastTime = 0;

  constructor(
    private readonly library: Library,
    box: HTMLElement,
  ) {
    this.chart = library.createChart(box, { layout: { attributionLogo: false }, autoSize: true });
    this.series = this.chart.addSeries(library.CandlestickSeries);
    this.markers = library.createSeriesMarkers(this.series, []);
    this.curves = new CurveSeries(library, this.chart);
  }

  remove(): void {
    this.chart.remove();
  }

  dress(colours: Colours, digits: number): void {
    const { localization, ...options } = chartOptions(colours, digits);
    this.chart.applyOptions({
      ...options,
      layout: { ...options.layout, panes: { separatorColor: colours["line-strong"], enableResize: false } },
      // Several units in one chart: each series writes its own.
      localization: { locale: localization?.locale, timeFormatter: localization?.timeFormatter },
    });
    this.curves.dress(colours, digits);
    this.series.applyOptions({
      upColor: colours.up,
      downColor: colours.down,
      wickUpColor: colours.up,
      wickDownColor: colours.down,
      borderVisible: false,
      priceLineColor: colours["ink-3"],
      priceFormat: { type: "custom", minMove: 10 ** -digits, formatter: (price: number) => formatNumber(price, { digits }) },
    });
  }

  /** A few candles changed at the end: update those; anything else is set anew, and another market begins at its end. */
  show(answer: Candles, colours: Colours, digits: number): void {
    const points = answer.candles.map(pointOf);
    const last = points.at(-1);
    if (last === undefined) return;
    const fresh = points.filter((point) => Number(point.time) >= this.lastTime);
    const joins = this.market === answer.market && fresh.length > 0 && fresh.length <= UPDATES_AT_MOST;
    if (joins) {
      for (const point of fresh) this.series.update(point);
    } else {
      this.series.setData(points);
    }
    this.curves.show(answer, joins ? fresh.length : null, colours, digits);
    if (!joins && this.market !== answer.market) this.showEnd(points.length);
    [this.points, this.intervalS] = [points, answer.interval_s];
    this.market = answer.market;
    this.lastTime = Number(last.time);
  }

  mark(trades: readonly TradeMark[], intervalS: number, colours: Colours, words: ReasonWords): void {
    this.markers.setMarkers(trades.map((trade) => markerOf(trade, intervalS, colours, words)));
  }

  rule({ entry, stop, target }: Lines, colours: Colours, names: Record<keyof Lines, string>): void {
    const { LineStyle } = this.library;
    for (const line of this.lines) this.series.removePriceLine(line);
    this.lines = [
      { price: entry, title: names.entry, color: colours["ink-2"], lineStyle: LineStyle.Dotted },
      { price: stop, title: names.stop, color: colours.down, lineStyle: LineStyle.Dashed },
      { price: target, title: names.target, color: colours.up, lineStyle: LineStyle.Dashed },
    ].flatMap(({ price, ...look }) => (price === null ? [] : [this.series.createPriceLine({ ...look, price: Number(price), lineWidth: 1, axisLabelVisible: true })]));
  }

  /** Tell which candle the pointer is over, by its open; `null` when it has left. In step with other charts by its close. */
  follow(crosshairs: Crosshairs, tell: (time: number | null) => void): () => void {
    const member = crosshairs.join((moment) => {
      const point = moment === null ? undefined : this.points[lastAtOrBefore(this.points.map(({ time }) => time + this.intervalS), moment)];
      if (point === undefined) this.chart.clearCrosshairPosition();
      else this.chart.setCrosshairPosition(point.close, point.time, this.series);
      tell(point?.time ?? null);
    });
    let pointing = false;
    const move = (event: MouseEventParams<Time>) => {
      const time = typeof event.time === "number" ? event.time : null;
      tell(time);
      // A crosshair that another chart moved is no pointer of ours.
      if (event.sourceEvent === undefined && (time !== null || !pointing)) return;
      pointing = time !== null;
      member.tell(time === null ? null : time + this.intervalS);
    };
    this.chart.subscribeCrosshairMove(move);
    return () => {
      member.leave();
      this.chart.unsubscribeCrosshairMove(move);
    };
  }

  private showEnd(count: number): void {
    this.chart.timeScale().setVisibleLogicalRange({ from: Math.max(0, count - FIRST_SHOWN), to: count + 4 });
  }
}

function pointOf(candle: Candle): CandlestickData<UTCTimestamp> {
  return { time: chartTime(candle.open_time), open: Number(candle.open), high: Number(candle.high), low: Number(candle.low), close: Number(candle.close) };
}

/** What stands beside an exit, by its reason. */
type ReasonWords = (reason: string) => string;

export function markerOf(trade: TradeMark, intervalS: number, colours: Colours, words: ReasonWords): SeriesMarker<UTCTimestamp> {
  const at = chartTime(trade.time);
  const buy = trade.side === "BUY";
  return {
    time: (at - (at % intervalS)) as UTCTimestamp,
    position: buy ? "belowBar" : "aboveBar",
    shape: buy ? "arrowUp" : "arrowDown",
    color: buy ? colours.up : colours.down,
    text: buy || !trade.reason ? "" : words(trade.reason),
    id: `${trade.cycle_id}:${trade.time}`,
  };
}
