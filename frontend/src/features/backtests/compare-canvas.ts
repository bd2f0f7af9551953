/** Draws how several runs' equity moved from their start, each as a share of what it began with. Knows nothing of React. */
import type { IChartApi, ISeriesApi } from "lightweight-charts";
import type { ComparedRun } from "@/api/backtests";
import type { Colours } from "@/lib/colours";
import { formatNumber } from "@/lib/format";
import { chartOptions, chartTime } from "@/ui/chart-frame";
import type { Canvas, Library } from "@/ui/use-canvas";

export const LOOKS = ["ink", "benchmark", "warn", "wax"] as const satisfies readonly (keyof Colours)[];

export class CompareCanvas implements Canvas {
  private readonly chart: IChartApi;
  private readonly lines: ISeriesApi<"Line">[];

  constructor({ createChart, LineSeries, LineStyle }: Library, box: HTMLElement) {
    // The page scrolls under the wheel and the finger; every curve is whole.
    this.chart = createChart(box, { layout: { attributionLogo: false }, autoSize: true, timeScale: { minBarSpacing: 0.001 }, handleScale: false, handleScroll: false });
    const percent = { type: "custom", minMove: 0.01, formatter: (value: number) => `${formatNumber(value, { signed: true })} %` } as const;
    // Told apart without colour too.
    const styles = [LineStyle.Solid, LineStyle.Dashed, LineStyle.Dotted, LineStyle.LargeDashed];
    this.lines = styles.map((lineStyle) => this.chart.addSeries(LineSeries, { lineWidth: 2, lineStyle, priceLineVisible: false, priceFormat: percent }));
  }

  remove(): void {
    this.chart.remove();
  }

  show(runs: readonly ComparedRun[], colours: Colours): void {
    const { localization, ...options } = chartOptions(colours);
    this.chart.applyOptions({ ...options, localization: { locale: localization?.locale, timeFormatter: localization?.timeFormatter } });
    this.lines.forEach((line, at) => {
      const run = runs[at];
      line.applyOptions({ color: colours[LOOKS[at] ?? "ink"] });
      line.setData((run?.curve ?? []).map((point) => ({ time: chartTime(point.time), value: (Number(point.equity) / Number(run?.initial) - 1) * 100 })));
    });
    this.chart.timeScale().fitContent();
  }
}
