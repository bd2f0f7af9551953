"use client";

import type { CandlestickData, IChartApi, IPriceLine, ISeriesApi, ISeriesMarkersPluginApi, SeriesMarker, Time, UTCTimestamp } from "lightweight-charts";
import { useEffect, useRef, useState } from "react";
import type { Candle, Candles, TradeMark } from "@/api/types";
import { formatPrice, priceDigits } from "@/lib/format";
import { useColours, type Colours } from "@/lib/colours";
import { chartOptions, chartTime } from "@/ui/chart-frame";

type Library = typeof import("lightweight-charts");

export interface Lines {
  entry: string | null;
  stop: string | null;
  target: string | null;
}

interface Drawn {
  library: Library;
  chart: IChartApi;
  series: ISeriesApi<"Candlestick">;
  markers: ISeriesMarkersPluginApi<Time>;
  lines: IPriceLine[];
  market: string;
  lastTime: number;
}

/** Draws; knows nothing of where the candles come from. New candles are added, not drawn anew. */
export function CandleChart({ answer, lines }: { answer: Candles; lines: Lines }) {
  const box = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const colours = useColours();
  const digits = priceDigits(answer.candles.at(-1)?.close ?? "1");

  useEffect(() => {
    let gone = false;
    let chart: IChartApi | undefined;
    void import("lightweight-charts").then((library) => {
      if (gone || box.current === null) return;
      chart = library.createChart(box.current, { autoSize: true });
      const series = chart.addSeries(library.CandlestickSeries);
      setDrawn({ library, chart, series, markers: library.createSeriesMarkers(series, []), lines: [], market: "", lastTime: 0 });
    });
    return () => {
      gone = true;
      chart?.remove();
      setDrawn(null);
    };
  }, []);

  useEffect(() => {
    if (drawn === null || colours === null) return;
    drawn.chart.applyOptions(chartOptions(colours, digits));
    drawn.series.applyOptions({
      upColor: colours.up,
      downColor: colours.down,
      wickUpColor: colours.up,
      wickDownColor: colours.down,
      borderVisible: false,
      priceLineColor: colours["ink-3"],
    });
  }, [drawn, colours, digits]);

  useEffect(() => {
    if (drawn === null || colours === null) return;
    putCandles(drawn, answer);
    drawn.markers.setMarkers(answer.trades.map((trade) => markerOf(trade, answer.interval_s, colours)));
  }, [drawn, answer, colours]);

  const { entry, stop, target } = lines;
  useEffect(() => {
    if (drawn === null || colours === null) return;
    for (const line of drawn.lines) drawn.series.removePriceLine(line);
    drawn.lines = [
      { price: entry, title: "entry", color: colours["ink-2"], style: drawn.library.LineStyle.Dotted },
      { price: stop, title: "stop", color: colours.down, style: drawn.library.LineStyle.Dashed },
      { price: target, title: "target", color: colours.up, style: drawn.library.LineStyle.Dashed },
    ].flatMap(({ price, title, color, style }) =>
      price === null ? [] : [drawn.series.createPriceLine({ price: Number(price), title, color, lineStyle: style, lineWidth: 1, axisLabelVisible: true })],
    );
  }, [drawn, entry, stop, target, colours]);

  return <div ref={box} className="absolute inset-0" role="img" aria-label={describe(answer)} data-testid="candle-chart" />;
}

/** At most eight candles changed at the end: update them; anything else is set anew and scrolled to the end. */
function putCandles(drawn: Drawn, answer: Candles): void {
  const points = answer.candles.map(pointOf);
  const fresh = points.filter((point) => Number(point.time) >= drawn.lastTime);
  const last = points.at(-1);
  if (last === undefined) return;
  if (drawn.market === answer.market && fresh.length > 0 && fresh.length <= 8) {
    for (const point of fresh) drawn.series.update(point);
  } else {
    const digits = priceDigits(answer.candles.at(-1)?.close ?? "1");
    drawn.series.applyOptions({ priceFormat: { type: "price", precision: digits, minMove: 10 ** -digits } });
    drawn.series.setData(points);
    if (drawn.market !== answer.market) {
      const shown = Math.min(points.length, 140);
      drawn.chart.timeScale().setVisibleLogicalRange({ from: points.length - shown, to: points.length + 4 });
    }
  }
  drawn.market = answer.market;
  drawn.lastTime = Number(last.time);
}

function pointOf(candle: Candle): CandlestickData<UTCTimestamp> {
  return { time: chartTime(candle.open_time), open: Number(candle.open), high: Number(candle.high), low: Number(candle.low), close: Number(candle.close) };
}

const REASONS: Record<string, string> = { STOP_LOSS: "SL", TAKE_PROFIT: "TP", TRAILING: "TR", TIME_LIMIT: "TL", MANUAL: "by hand", KILL: "kill", SIGNAL: "signal" };

function markerOf(trade: TradeMark, intervalS: number, colours: Colours): SeriesMarker<UTCTimestamp> {
  const at = chartTime(trade.time);
  const time = (at - (at % intervalS)) as UTCTimestamp;
  const buy = trade.side === "BUY";
  return {
    time,
    position: buy ? "belowBar" : "aboveBar",
    shape: buy ? "arrowUp" : "arrowDown",
    color: buy ? colours.up : colours.down,
    text: buy ? "" : (REASONS[trade.reason ?? ""] ?? ""),
    id: `${trade.cycle_id}:${trade.time}`,
  };
}

function describe(answer: Candles): string {
  const last = answer.candles.at(-1);
  return `${answer.market}: ${answer.candles.length} candles, the last closed at ${formatPrice(last?.close)}, with ${answer.trades.length} fills.`;
}
