/** How each indicator is drawn: in which pane, as what, in which of our colours. Knows nothing of its numbers. */
import type { Indicator } from "@/api/candles";
import type { Colours } from "@/lib/colours";

/** On the candles, or in a pane of its own below them. */
export type Place = "price" | "rsi" | "macd" | "volatility";
/** Panes stand in this order. */
export const PLACES: readonly Exclude<Place, "price">[] = ["rsi", "macd", "volatility"];

export interface Look {
  place: Place;
  colour: keyof Colours;
  as: "line" | "dashes" | "bars";
  unit: "price" | "points" | "percent";
}

export const LOOKS: Readonly<Record<string, Look>> = {
  ma_5: { place: "price", colour: "wax", as: "line", unit: "price" },
  ma_20: { place: "price", colour: "warn", as: "line", unit: "price" },
  bollinger_lower: { place: "price", colour: "benchmark", as: "line", unit: "price" },
  bollinger_middle: { place: "price", colour: "benchmark", as: "dashes", unit: "price" },
  bollinger_upper: { place: "price", colour: "benchmark", as: "line", unit: "price" },
  rsi_14: { place: "rsi", colour: "ink", as: "line", unit: "points" },
  macd: { place: "macd", colour: "ink", as: "line", unit: "price" },
  macd_signal: { place: "macd", colour: "warn", as: "line", unit: "price" },
  macd_histogram: { place: "macd", colour: "benchmark", as: "bars", unit: "price" },
  volatility_annual: { place: "volatility", colour: "wax", as: "line", unit: "percent" },
};

/** Where RSI is read as oversold and overbought. */
export const RSI_MARKS = [30, 70] as const;

export function panesOf(chosen: readonly Indicator[]): Exclude<Place, "price">[] {
  return PLACES.filter((place) => (chosen as readonly string[]).includes(place));
}
