"use client";

import { useEffect } from "react";
import { useTranslations } from "use-intl";
import type { EquityPoint } from "@/api/types";
import { useColours } from "@/lib/colours";
import { formatMoney } from "@/lib/format";
import { crosshairs } from "@/ui/crosshair";
import { useCanvas, type Library } from "@/ui/use-canvas";
import { EquityCanvas } from "./equity-canvas";

const draw = (library: Library, box: HTMLElement) => new EquityCanvas(library, box);

export function EquityChart({ points, onPoint }: { points: readonly EquityPoint[]; onPoint: (point: EquityPoint | null) => void }) {
  const t = useTranslations("equity");
  const [box, canvas] = useCanvas(draw);
  const colours = useColours();

  useEffect(() => {
    if (colours) canvas?.dress(colours);
  }, [canvas, colours]);

  useEffect(() => canvas?.show(points), [canvas, points]);
  useEffect(() => canvas?.follow(crosshairs, onPoint), [canvas, onPoint]);

  const last = points.at(-1);
  return <div ref={box} className="absolute inset-0" role="img" aria-label={t("described", { equity: formatMoney(last?.equity), held: formatMoney(last?.buy_and_hold) })} />;
}
