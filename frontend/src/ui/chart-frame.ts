/** What both charts share: the library loaded only when a chart is drawn, its look from our tokens, times in UTC. */
import type { ChartOptions, DeepPartial, Time, UTCTimestamp } from "lightweight-charts";
import type { Colours } from "@/lib/colours";
import { formatNumber } from "@/lib/format";

export function chartOptions(colours: Colours, digits = 2): DeepPartial<ChartOptions> {
  return {
    autoSize: true,
    layout: {
      background: { color: colours.surface },
      textColor: colours["ink-3"],
      fontFamily: '"Inter Variable", system-ui, sans-serif',
      fontSize: 11,
      // The notice and the link that its licence asks for stand in the footer of every page.
      attributionLogo: false,
    },
    grid: { vertLines: { color: colours.line }, horzLines: { color: colours.line } },
    crosshair: {
      vertLine: { color: colours["line-strong"], labelBackgroundColor: colours["ink-2"] },
      horzLine: { color: colours["line-strong"], labelBackgroundColor: colours["ink-2"] },
    },
    rightPriceScale: { borderColor: colours.line, entireTextOnly: true },
    timeScale: { borderColor: colours.line, timeVisible: true, secondsVisible: false, rightOffset: 4 },
    localization: { locale: "en-US", timeFormatter: (time: Time) => utcText(time), priceFormatter: (price: number) => formatNumber(price, { digits }) },
  };
}

export function chartTime(iso: string): UTCTimestamp {
  return Math.floor(Date.parse(iso) / 1000) as UTCTimestamp;
}

function utcText(time: Time): string {
  if (typeof time !== "number") return String(time);
  return new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ");
}
