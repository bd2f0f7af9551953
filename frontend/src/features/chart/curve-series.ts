/** The indicators' lines and bars on a chart of candles. Knows lightweight-charts. Knows nothing of React. */
import type { IChartApi, ISeriesApi, LineWidth, SeriesType, UTCTimestamp } from "lightweight-charts";
import type { Candles } from "@/api/types";
import type { Colours } from "@/lib/colours";
import { formatNumber } from "@/lib/format";
import { chartTime } from "@/ui/chart-frame";
import type { Library } from "@/ui/use-canvas";
import { LOOKS, PLACES, RSI_MARKS, type Look } from "./curves";

type Curve = Candles["curves"][number];
const CANDLES_STRETCH = 3;

export class CurveSeries {
  private series = new Map<string, ISeriesApi<SeriesType>>();

  constructor(
    private readonly library: Library,
    private readonly chart: IChartApi,
  ) {}

  /** Draws the answer's curves; the last `fresh` points alone where the same ones were drawn before. */
  show(answer: Candles, fresh: number | null, colours: Colours, digits: number): void {
    const names = answer.curves.map((curve) => curve.name).filter((name) => name in LOOKS);
    const same = names.length === this.series.size && names.every((name) => this.series.has(name));
    if (!same) this.rebuild(names, colours, digits);
    for (const curve of answer.curves) this.draw(curve, answer, same ? fresh : null, colours);
  }

  dress(colours: Colours, digits: number): void {
    for (const [name, series] of this.series) series.applyOptions(optionsOf(LOOKS[name], colours, digits));
  }

  private rebuild(names: readonly string[], colours: Colours, digits: number): void {
    for (const series of this.series.values()) this.chart.removeSeries(series);
    this.series = new Map();
    const { LineSeries, HistogramSeries, LineStyle } = this.library;
    const panes = PLACES.filter((place) => names.some((name) => LOOKS[name]?.place === place));
    for (const name of names) {
      const look = LOOKS[name];
      if (look === undefined) continue;
      const pane = look.place === "price" ? 0 : panes.indexOf(look.place) + 1;
      const options = { ...optionsOf(look, colours, digits), lineStyle: look.as === "dashes" ? LineStyle.Dashed : LineStyle.Solid };
      const series = this.chart.addSeries(look.as === "bars" ? HistogramSeries : LineSeries, options, pane);
      if (name === "rsi_14") for (const price of RSI_MARKS) series.createPriceLine({ price, color: colours["line-strong"], lineWidth: 1, lineStyle: LineStyle.Dotted, axisLabelVisible: false });
      this.series.set(name, series);
    }
    this.chart.panes().forEach((pane, index) => pane.setStretchFactor(index === 0 ? CANDLES_STRETCH : 1));
  }

  private draw(curve: Curve, answer: Candles, fresh: number | null, colours: Colours): void {
    const series = this.series.get(curve.name);
    const look = LOOKS[curve.name];
    if (series === undefined || look === undefined) return;
    const point = (value: number | null, at: number) => {
      const time: UTCTimestamp = chartTime(answer.candles[at]?.open_time ?? "");
      if (value === null) return { time };
      return look.as === "bars" ? { time, value, color: value < 0 ? colours.down : colours.up } : { time, value };
    };
    if (fresh === null) return series.setData(curve.values.map(point));
    const from = Math.max(0, curve.values.length - fresh);
    curve.values.slice(from).forEach((value, index) => series.update(point(value, from + index)));
  }
}

function optionsOf(look: Look | undefined, colours: Colours, digits: number) {
  if (look === undefined) return {};
  const decimals = look.unit === "price" ? digits : 1;
  const formatter = (value: number) => (look.unit === "percent" ? `${formatNumber(value * 100, { digits: 1 })} %` : formatNumber(value, { digits: decimals }));
  return {
    color: colours[look.colour],
    lineWidth: 1 as LineWidth,
    priceLineVisible: false,
    lastValueVisible: look.place !== "price",
    crosshairMarkerVisible: false,
    priceFormat: { type: "custom" as const, minMove: look.unit === "percent" ? 0.0001 : 10 ** -decimals, formatter },
  };
}
