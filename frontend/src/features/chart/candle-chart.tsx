"use client";

import { useEffect } from "react";
import type { Candles } from "@/api/types";
import { useColours } from "@/lib/colours";
import { formatPrice, priceDigits } from "@/lib/format";
import { useCanvas, type Library } from "@/ui/use-canvas";
import { CandleCanvas, type Lines } from "./candle-canvas";

const draw = (library: Library, box: HTMLElement) => new CandleCanvas(library, box);

/** New candles are added to the drawing; only another market draws anew. */
export function CandleChart({ answer, lines }: { answer: Candles; lines: Lines }) {
  const [box, canvas] = useCanvas(draw);
  const colours = useColours();
  const digits = priceDigits(answer.candles.at(-1)?.close ?? "1");
  const { entry, stop, target } = lines;

  useEffect(() => {
    if (colours) canvas?.dress(colours, digits);
  }, [canvas, colours, digits]);

  useEffect(() => {
    if (!colours) return;
    canvas?.show(answer);
    canvas?.mark(answer.trades, answer.interval_s, colours);
  }, [canvas, answer, colours]);

  useEffect(() => {
    if (colours) canvas?.rule({ entry, stop, target }, colours);
  }, [canvas, entry, stop, target, colours]);

  return <div ref={box} className="absolute inset-0" role="img" aria-label={describe(answer)} />;
}

function describe(answer: Candles): string {
  const last = answer.candles.at(-1);
  return `${answer.market}: ${answer.candles.length} candles, the last closed at ${formatPrice(last?.close)}, with ${answer.trades.length} fills.`;
}
