"use client";

import { useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { candlesKey, useCandles } from "@/api/candles";
import type { Position } from "@/api/types";
import { useDashboard, useFeedAge, useReady, useStatus, useSynthetic } from "@/live/live";
import { formatAge, formatPrice } from "@/lib/format";
import { quoteOf } from "@/lib/market";
import { cn } from "@/lib/cn";
import { Badge, SyntheticLabel } from "@/ui/badge";
import { Change } from "@/ui/delta";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { TableSwitch } from "@/ui/table-switch";
import { useChosenIndicators } from "./choice";
import { panesOf } from "./curves";
import { everyAtMost } from "@/lib/every-at-most";
import { IndicatorSwitches } from "./indicator-switches";

/** Drawing and table are loaded when there is something to draw. */
const CandleChart = dynamic(() => import("./candle-chart").then((file) => file.CandleChart), { ssr: false });
const CandleTable = dynamic(() => import("./candle-table").then((file) => file.CandleTable), { ssr: false });

/** Candles of one market with what was traded in it, and the open position's entry, stop and target as lines. */
export function MarketChart({ market, className }: { market: string; className?: string }) {
  const t = useTranslations("chart");
  const cache = useQueryClient();
  const clock = useStatus((status) => status.data_clock) ?? null;
  const interval = useStatus((status) => status.data.interval_s);
  const position = useDashboard("positions")?.find((each) => each.market === market);
  const [chosen, choose] = useChosenIndicators();
  const [asTable, setAsTable] = useState(false);
  const candles = useCandles(market, chosen, cache, useReady());

  // A new data time means a new candle: ask for the tail, at most once a second however fast the replay runs.
  useEffect(() => {
    if (clock !== null && market !== "") refresh(() => void cache.refetchQueries({ queryKey: candlesKey(market, chosen) }, { cancelRefetch: false }));
  }, [cache, clock, market, chosen, position?.quantity]);

  return (
    <Panel
      title={market || t("market")}
      note={interval === undefined ? undefined : t("candlesOf", { interval: formatAge(interval) })}
      className={className}
      bodyClassName="flex flex-col [--chart-height:300px] sm:[--chart-height:400px]"
      actions={<LastPrice market={market} />}
    >
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-1">
        <IndicatorSwitches chosen={chosen} onChange={choose} />
        <span className="ml-auto">
          <TableSwitch of={t("candlesTitle", { market })} shown={asTable} onChange={setAsTable} />
        </span>
      </div>
      <div className="relative flex flex-1 flex-col" style={{ minHeight: `calc(var(--chart-height) + ${panesOf(chosen).length * PANE_PX}px)` }}>
        <Answered query={candles} what={t("failed", { market })} loading={<ChartBones />}>
          {(answer) =>
            answer.candles.length === 0 ? (
              <Empty why={t("noCandleHasClosedYet")} next={t("theChartBeginsWithThe")} />
            ) : asTable ? (
              <CandleTable answer={answer} />
            ) : (
              <CandleChart answer={answer} {...linesOf(position)} />
            )
          }
        </Answered>
      </div>
      <Legend holds={position !== undefined} />
    </Panel>
  );
}

/** The market's last price; apart from the chart, which moves only with a candle. */
function LastPrice({ market }: { market: string }) {
  const t = useTranslations("chart");
  const price = useDashboard("prices")?.find((each) => each.market === market);
  const synthetic = useSynthetic();
  const { stale, ageS } = useFeedAge();
  const old = stale || price?.stale;
  return (
    <>
      {price?.pending ? <Badge tone="warn">{t("stepWaits", { price: formatPrice(price.pending) })}</Badge> : null}
      {old ? <Badge tone="warn">{stale ? t("old", { age: formatAge(ageS) }) : t("noFreshPrice")}</Badge> : null}
      <SyntheticLabel synthetic={synthetic} />
      <span className={cn("num text-sm font-semibold", old && "text-ink-3")}>
        {formatPrice(price?.price)} <span className="text-2xs font-normal text-ink-3">{quoteOf(market)}</span>
      </span>
      <Change value={price?.change_24h} faded={Boolean(old)} className="text-xs" />
    </>
  );
}

const refresh = everyAtMost(1000);
const PANE_PX = 90;

function linesOf(position: Position | undefined) {
  if (position === undefined) return NO_LINES;
  return { entry: position.average, stop: position.stop, target: position.target };
}

const NO_LINES = { entry: null, stop: null, target: null };

function Legend({ holds }: { holds: boolean }) {
  const t = useTranslations("chart");
  return (
    <p className="flex flex-wrap gap-x-4 border-t border-line px-3 py-1 text-2xs text-ink-3">
      <span>
        <span className="text-up">▲</span> {t("entry")}
      </span>
      <span>
        <span className="text-down">▼</span> {t("exit")}
      </span>
      {holds ? <span>{t("linesOfThePosition")}</span> : null}
    </p>
  );
}

function ChartBones() {
  const t = useTranslations("chart");
  return (
    <div role="status" aria-label={t("loadingTheChart")} className="absolute inset-3 flex items-end gap-1.5">
      {[40, 55, 48, 62, 70, 58, 66, 74, 69, 80, 72, 64, 76, 84, 78, 70, 82, 90, 85, 77].map((height, index) => (
        <span key={index} aria-hidden className="bone flex-1" style={{ height: `${height}%` }} />
      ))}
    </div>
  );
}
