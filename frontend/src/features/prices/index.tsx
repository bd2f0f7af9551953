"use client";

import { memo, useState } from "react";
import { useTranslations } from "use-intl";
import type { Price } from "@/api/types";
import { useDashboard, useFeedAge, useQuote, useSynthetic } from "@/live/live";
import { cn } from "@/lib/cn";
import { formatAge, formatPrice, signOf } from "@/lib/format";
import { SyntheticLabel } from "@/ui/badge";
import { Change } from "@/ui/delta";
import { Panel } from "@/ui/panel";
import { Empty, SkeletonRows } from "@/ui/states";

interface PricesProps {
  chosen: string;
  onChoose: (market: string) => void;
  className?: string;
}

/** The last price of every market; choosing one turns the chart and the ticket to it. */
export function Prices({ chosen, onChoose, className }: PricesProps) {
  const t = useTranslations("prices");
  const prices = useDashboard("prices");
  const quote = useQuote();
  const synthetic = useSynthetic();
  const { ageS, stale } = useFeedAge();
  return (
    <Panel title={t("prices")} note={quote} className={className} actions={<SyntheticLabel synthetic={synthetic} />}>
      {prices === undefined ? (
        <SkeletonRows rows={5} className="h-[42px]" label={t("prices2")} />
      ) : prices.length === 0 ? (
        <Empty why={t("noMarketHasAPrice")} next={t("theFirstVectorOfMarks")} />
      ) : (
        <ul className="grid grid-cols-1 divide-y divide-line sm:max-xl:grid-cols-3 sm:max-xl:divide-y-0">
          {prices.map((price) => (
            <Row key={price.market} price={price} chosen={price.market === chosen} onChoose={onChoose} feedStale={stale} feedAgeS={ageS} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

interface RowProps {
  price: Price;
  chosen: boolean;
  onChoose: (market: string) => void;
  feedStale: boolean;
  feedAgeS: number | null;
}

const Row = memo(function Row({ price, chosen, onChoose, feedStale, feedAgeS }: RowProps) {
  const note = useNote(price, feedStale, feedAgeS);
  const flash = useFlash(price.price);
  const old = feedStale || price.stale;
  return (
    <li>
      <button
        type="button"
        aria-pressed={chosen}
        onClick={() => onChoose(price.market)}
        className={cn(
          "grid h-[42px] w-full grid-cols-[1fr_auto] items-center gap-x-2 border-l-2 px-2.5 text-left hover:bg-raised",
          chosen ? "border-wax bg-raised" : "border-transparent",
        )}
      >
        <span className="min-w-0">
          <span className="block leading-4 font-semibold">{price.symbol}</span>
          <span className="label block truncate leading-4">{note}</span>
        </span>
        <span className="text-right">
          <span key={flash.turn} className={cn("num block rounded-[2px] px-1 leading-4 font-medium", old ? "text-ink-3" : flash.className)}>
            {formatPrice(price.price)}
          </span>
          <Change value={price.change_24h} faded={Boolean(old)} className="block px-1 text-2xs leading-4" />
        </span>
      </button>
    </li>
  );
});

/** Age when old, what is pending when a step waits to be confirmed, else the span of the change. */
function useNote(price: Price, feedStale: boolean, feedAgeS: number | null): string {
  const t = useTranslations("prices");
  if (price.pending) return t("stepTo", { price: formatPrice(price.pending) });
  if (feedStale) return t("old", { age: formatAge(feedAgeS) });
  if (price.stale) return price.age_s === null ? t("stale") : t("staleFor", { age: formatAge(price.age_s) });
  return t("day");
}

/** A short wash of colour when a price moves; the turn restarts the animation. */
function useFlash(value: string | null | undefined): { className: string; turn: string } {
  const [last, setLast] = useState({ value, direction: 0 });
  if (last.value !== value) setLast({ value, direction: value && last.value ? signOf(Number(value) - Number(last.value)) : 0 });
  return { className: last.direction > 0 ? "flash-up" : last.direction < 0 ? "flash-down" : "", turn: value ?? "" };
}
