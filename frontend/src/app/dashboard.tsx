"use client";

import { lazy, Suspense, useState, type ComponentType } from "react";
import { useTranslations } from "use-intl";
import { useDashboardRequest } from "@/api/dashboard";
import { MarketChart } from "@/features/chart";
import { PortfolioStrip } from "@/features/portfolio";
import { Positions } from "@/features/positions";
import { Prices } from "@/features/prices";
import { Rules } from "@/features/rules";
import { Ticket } from "@/features/ticket";
import { useDashboard, useLive, useStatus } from "@/live/live";
import { isStarting, usePhaseText } from "@/live/phase";
import { cn } from "@/lib/cn";
import { useServerWords } from "@/ui/server-words";
import { Failure, Skeleton } from "@/ui/states";

type PanelKind = ComponentType<{ className?: string }>;
const Panels = {
  Equity: lazy<PanelKind>(() => import("./below").then((file) => ({ default: file.Equity }))),
  Health: lazy<PanelKind>(() => import("./below").then((file) => ({ default: file.Health }))),
  Rejections: lazy<PanelKind>(() => import("./below").then((file) => ({ default: file.Rejections }))),
  Signals: lazy<PanelKind>(() => import("./below").then((file) => ({ default: file.Signals }))),
};

/** A panel below the first screen; its place is kept while its script comes. */
function Below({ panel: Panel, className }: { panel: PanelKind; className: string }) {
  return (
    <Suspense
      fallback={
        <div className={cn("min-w-0 bg-surface p-3", className)}>
          <Skeleton className="h-full" />
        </div>
      }
    >
      <Panel className={className} />
    </Suspense>
  );
}

/** The main page: joins the features, and holds the one thing they share, the chosen market. */
export function Dashboard() {
  const t = useTranslations("home");
  const [chosen, setChosen] = useState<string | null>(null);
  const first = useFirstMarket();
  const market = chosen ?? first;
  return (
    <div className="flex flex-col gap-px bg-line pb-px">
      <h1 className="sr-only">{t("dashboard")}</h1>
      <NoPicture />
      <StartingUp />
      <PortfolioStrip />
      {/* Wide: two columns. Narrow: the same panels in the order a person on the phone needs them. */}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-px md:max-xl:grid-cols-2 xl:grid-cols-[minmax(0,1fr)_336px]">
        <div className="contents min-w-0 flex-col gap-px xl:flex">
          <div className="order-1 grid grid-cols-[minmax(0,1fr)] gap-px md:max-xl:col-span-2 xl:order-none xl:grid-cols-[196px_minmax(0,1fr)]">
            <MarketChart market={market} className="xl:order-last" />
            <Prices chosen={market} onChoose={setChosen} />
          </div>
          <Positions onChoose={setChosen} className="order-3 min-h-[128px] md:max-xl:col-span-2 xl:order-none" />
          <Below panel={Panels.Equity} className="order-6 h-[264px] md:max-xl:col-span-2 xl:order-none" />
          <Below panel={Panels.Signals} className="order-7 min-h-[340px] md:max-xl:col-span-2 xl:order-none xl:flex-1" />
        </div>
        <div className="contents min-w-0 flex-col gap-px xl:flex">
          <Ticket market={market} onChoose={setChosen} className="order-4 xl:order-none" />
          <Rules className="order-5 xl:order-none" />
          <Below panel={Panels.Health} className="order-9 min-h-[168px] xl:order-none" />
          <Below panel={Panels.Rejections} className="order-8 xl:order-none xl:min-h-[360px] xl:flex-1 xl:basis-0" />
        </div>
      </div>
    </div>
  );
}

/** What to show before anybody has chosen: what the book holds, else bitcoin; decided once, so that the page never turns by itself. */
function useFirstMarket(): string {
  const markets = useStatus((status) => status.data.markets);
  const held = useDashboard("positions")?.[0]?.market;
  const [first, setFirst] = useState<string | null>(null);
  if (first !== null || markets === undefined) return first ?? "";
  const market = held ?? markets.find((each) => each.startsWith("BTC-")) ?? markets[0] ?? "";
  if (market !== "") setFirst(market);
  return market;
}

/** Neither the request nor the live line brought a first picture. */
function NoPicture() {
  const t = useTranslations("home");
  const { error, refetch } = useDashboardRequest(false);
  const nothing = useLive((live) => live.data === undefined);
  return nothing && error ? <Failure what={t("theDashboardCouldNotBe")} error={error} onRetry={refetch} /> : null;
}

/** While the engine starts the page is already there and says how far it is. */
function StartingUp() {
  const t = useTranslations("home");
  const server = useServerWords();
  // While it runs nothing here changes with the status.
  const status = useLive(({ data }) => (data !== undefined && isStarting(data.status.phase) ? data.status : undefined));
  const phaseText = usePhaseText();
  if (status === undefined) return null;
  const progress = status.phase_progress;
  return (
    <div role="status" className="bg-surface px-3 py-3">
      <p className="font-medium">{phaseText(status)}</p>
      <p className="text-xs text-ink-2">{status.phase === "RE_EXECUTING" || !status.phase_detail ? t("beginsByItself") : server(status.phase_detail)}</p>
      <div className="mt-2 h-1 overflow-hidden bg-raised">
        <div
          className={progress ? "h-full origin-left bg-up transition-transform" : "bone breathing h-full"}
          style={progress ? { transform: `scaleX(${Math.min(1, progress.fraction)})` } : undefined}
        />
      </div>
    </div>
  );
}
