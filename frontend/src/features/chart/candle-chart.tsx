"use client";

import { memo, useEffect, useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import type { Candles } from "@/api/types";
import { useColours } from "@/lib/colours";
import { formatPrice, priceDigits } from "@/lib/format";
import { chartTime } from "@/ui/chart-frame";
import { crosshairs } from "@/ui/crosshair";
import { useCanvas, type Library } from "@/ui/use-canvas";
import { CandleCanvas, type Lines } from "./candle-canvas";
import { CandleLegend } from "./candle-legend";

const draw = (library: Library, box: HTMLElement) => new CandleCanvas(library, box);

/** New candles are added to the drawing; only another market or other indicators draw anew. */
export const CandleChart = memo(function CandleChart({ answer, entry, stop, target }: { answer: Candles } & Lines) {
  const t = useTranslations("chart");
  const [box, canvas] = useCanvas(draw);
  const [pointed, setPointed] = useState<number | null>(null);
  const colours = useColours();
  const digits = priceDigits(answer.candles.at(-1)?.close ?? "1");

  useEffect(() => {
    if (colours) canvas?.dress(colours, digits);
  }, [canvas, colours, digits]);

  useEffect(() => {
    if (!colours) return;
    canvas?.show(answer, colours, digits);
    canvas?.mark(answer.trades, answer.interval_s, colours, (reason) => (t.has(`reasons.${reason}` as never) ? t(`reasons.${reason}` as never) : ""));
  }, [canvas, answer, colours, digits, t]);

  useEffect(() => {
    if (colours) canvas?.rule({ entry, stop, target }, colours, { entry: t("lines.entry"), stop: t("lines.stop"), target: t("lines.target") });
  }, [canvas, entry, stop, target, colours, t]);

  useEffect(() => canvas?.follow(crosshairs, setPointed), [canvas]);

  const at = useMemo(() => (pointed === null ? -1 : answer.candles.findLastIndex((candle) => chartTime(candle.open_time) === pointed)), [answer, pointed]);
  return (
    <>
      <CandleLegend answer={answer} at={at < 0 ? answer.candles.length - 1 : at} />
      <div className="relative flex-1">
        <div ref={box} className="absolute inset-0" role="img" aria-label={t("described", { market: answer.market, candles: answer.candles.length, close: formatPrice(answer.candles.at(-1)?.close), fills: answer.trades.length })} />
      </div>
    </>
  );
});
