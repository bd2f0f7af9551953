"use client";

import { useTranslations } from "use-intl";
import type { Candles } from "@/api/types";
import { formatNumber, formatPrice, NO_DATA, priceDigits } from "@/lib/format";
import { Time } from "@/ui/time";
import { LOOKS } from "./curves";

const PRICES = ["open", "high", "low", "close"] as const;

/** The numbers of one candle and of the indicators there: the one under the pointer, else the newest. */
export function CandleLegend({ answer, at }: { answer: Candles; at: number }) {
  const t = useTranslations("chart");
  const candle = answer.candles[at];
  if (candle === undefined) return null;
  return (
    <dl className="flex min-h-6 flex-wrap items-center gap-x-3 px-3 py-0.5 text-2xs text-ink-3">
      <Part name={t("candle")}>
        <Time iso={candle.open_time} precision="minutes" />
      </Part>
      {PRICES.map((price) => (
        <Part key={price} name={t(`prices.${price}`)}>
          {formatPrice(candle[price])}
        </Part>
      ))}
      {answer.curves.map((curve) => (
        <Part key={curve.name} name={t.has(`curves.${curve.name}` as never) ? t(`curves.${curve.name}` as never) : curve.name}>
          {curveText(curve.name, curve.values[at], candle.close)}
        </Part>
      ))}
    </dl>
  );
}

function Part({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="inline-flex gap-1">
      <dt>{name}</dt>
      <dd className="num font-medium text-ink-2">{children}</dd>
    </div>
  );
}

/** An indicator's value in its unit; `close` tells how many decimals a price of this market has. */
export function curveText(name: string, value: number | null | undefined, close: string): string {
  if (value === null || value === undefined) return NO_DATA;
  const unit = LOOKS[name]?.unit ?? "points";
  if (unit === "percent") return `${formatNumber(value * 100, { digits: 1 })} %`;
  return formatNumber(value, { digits: unit === "price" ? priceDigits(close) : 1 });
}
