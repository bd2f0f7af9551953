"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { BookNumbers, Gauge as RuleGauge } from "@/api/types";
import { useDashboard, useFeedAge, useQuote } from "@/live/live";
import { cn } from "@/lib/cn";
import { formatCount, formatMoney, NO_DATA, shareOf, signOf } from "@/lib/format";
import { baseOf } from "@/lib/market";
import { formatFraction } from "@/lib/measure";
import { Arrow, Delta, toneOf } from "@/ui/delta";
import { Gauge, type GaugeState } from "@/ui/gauge";
import { useFailureWords } from "@/ui/failure-words";
import { useServerWords } from "@/ui/server-words";
import { Skeleton } from "@/ui/states";
import { Time } from "@/ui/time";
import { difference, drawdown, lossShare, product, ratio } from "./sums";

/** The book in six numbers, each with its unit and, where there is one, its limit. */
export function PortfolioStrip() {
  const t = useTranslations("portfolio");
  const book = useDashboard("book");
  const unit = useQuote();
  const gauges = useDashboard("gauges");
  const { stale } = useFeedAge();
  if (book === undefined) return <Bones />;
  return (
    <section aria-label={t("portfolio")} className="grid grid-cols-2 gap-px bg-line md:grid-cols-3 xl:grid-cols-6">
      <Equity book={book} unit={unit} stale={stale} />
      <DayPnl book={book} unit={unit} />
      <Exposure book={book} unit={unit} />
      <TradesToday book={book} />
      <Cash book={book} unit={unit} />
      <Drawdown book={book} gauge={gauges?.find((each) => each.id === "RULE-07")} />
    </section>
  );
}

function Equity({ book, unit, stale }: { book: BookNumbers; unit: string; stale: boolean }) {
  const t = useTranslations("portfolio");
  const gain = difference(book.equity, book.initial);
  return (
    <Cell label={t("equity")} unit={unit}>
      <Big className={cn(stale && "text-ink-3")}>{formatMoney(book.equity)}</Big>
      <p className="num text-xs whitespace-normal">
        <Delta value={gain} arrow /> <span className={toneOf(gain)}>({formatFraction(ratio(gain, book.initial), { signed: true })})</span>{" "}
        <span className="text-ink-3">{t("sinceStart")}</span>
      </p>
      {book.observed_at ? (
        <p className="num text-2xs whitespace-normal text-ink-3" title={t("marksAreTheOracles")}>
          {t.rich("atMarksOf", { time: () => <Time iso={book.observed_at} precision="minutes" /> })}
        </p>
      ) : null}
    </Cell>
  );
}

function DayPnl({ book, unit }: { book: BookNumbers; unit: string }) {
  const t = useTranslations("portfolio");
  const used = lossShare(book.day_pnl_fraction, book.daily_loss_limit);
  return (
    <Cell label={t("dayPnl")} unit={unit}>
      <Big className={toneOf(book.day_pnl)}>
        <Arrow of={book.day_pnl} />
        {formatMoney(book.day_pnl, { signed: true })}
      </Big>
      <Gauge label={t("dailyLossUsed")} share={used} state={stateOf(used)} valueText={t("ofLimit", { now: formatFraction(book.day_pnl_fraction, { signed: true }), limit: `−${formatFraction(book.daily_loss_limit)}` })} />
      <p className="num text-xs whitespace-normal">
        <span className={toneOf(book.day_pnl_fraction)}>{formatFraction(book.day_pnl_fraction, { signed: true })}</span>
        <span className="text-ink-3"> · {t("stopsForTheDayAt", { limit: unbroken(`−${formatFraction(book.daily_loss_limit)}`), amount: formatMoney(product(book.opening, `-${book.daily_loss_limit}`)) })}</span>
      </p>
    </Cell>
  );
}

function Exposure({ book, unit }: { book: BookNumbers; unit: string }) {
  const t = useTranslations("portfolio");
  const share = shareOf(book.exposure_fraction, "1");
  return (
    <Cell label={t("exposure")} unit={unit}>
      <Big>{formatFraction(book.exposure_fraction)}</Big>
      <Gauge label={t("exposure")} share={share} state="within" valueText={t("ofEquity", { share: formatFraction(book.exposure_fraction) })} />
      <p className="num text-xs text-ink-3">{t("inPositions", { amount: formatMoney(book.exposure) })}</p>
    </Cell>
  );
}

function TradesToday({ book }: { book: BookNumbers }) {
  const t = useTranslations("portfolio");
  const share = shareOf(book.trades_today, book.trades_limit);
  return (
    <Cell label={t("tradesToday")}>
      <Big>
        {formatCount(book.trades_today)}
        <span className="text-sm font-normal text-ink-3"> / {formatCount(book.trades_limit)}</span>
      </Big>
      <Gauge label={t("tradesToday")} share={share} state={stateOf(share)} valueText={t("ofLimit", { now: formatCount(book.trades_today), limit: formatCount(book.trades_limit) })} />
      <p className="text-xs text-ink-3">{t("entriesAuthorisedThisUtcDay")}</p>
      {/* It comes later than the rest: its place is kept. */}
      <div className="min-h-[42px]">
        <LastRejected />
      </div>
    </Cell>
  );
}

/** What the contract said no to last, as the way to the whole of it: with every rule that said so. */
function LastRejected() {
  const t = useTranslations("portfolio");
  const words = useFailureWords();
  const last = useDashboard("rejections")?.[0];
  if (last === undefined) return null;
  const why = last.rules.map((rule) => `${unbroken(rule.id.replace("-", "\u2011"))} ${words(rule, last.side)}`).join(" ");
  return (
    <Link prefetch={false} href={`/trades?id=${last.cycle_id}`} title={why} className="line-clamp-3 text-2xs leading-[14px] text-ink-3 underline decoration-line-strong underline-offset-2 hover:text-ink">
      {t("lastRejected", { market: baseOf(last.market), why })}
    </Link>
  );
}

function Cash({ book, unit }: { book: BookNumbers; unit: string }) {
  const t = useTranslations("portfolio");
  return (
    <Cell label={t("cash")} unit={unit}>
      <Big>{formatMoney(book.cash)}</Big>
      <p className="num text-xs text-ink-3">
        {signOf(book.reserved) === 0 ? t("nothingReserved") : t("reserved", { amount: formatMoney(book.reserved) })}
      </p>
      <p className="num text-xs text-ink-3">
        {t("realised")} <Delta value={book.realised_total} />
      </p>
    </Cell>
  );
}

function Drawdown({ book, gauge }: { book: BookNumbers; gauge: RuleGauge | undefined }) {
  const t = useTranslations("portfolio");
  const now = drawdown(book.peak, book.equity);
  const limit = gauge?.limit ?? null;
  const share = limit ? shareOf(now, limit) : null;
  return (
    <Cell label={t("drawdownFromPeak")}>
      <Big>{now === null ? NO_DATA : formatFraction(now)}</Big>
      {limit ? <Gauge label={t("drawdown")} share={share} state={stateOf(share)} valueText={t("ofLimit", { now: formatFraction(now), limit: formatFraction(limit) })} /> : null}
      {limit ? <p className="num text-xs whitespace-normal text-ink-3">{t("stopsAt", { limit: unbroken(formatFraction(limit)) })}</p> : null}
      <p className="num text-2xs whitespace-normal text-ink-3">
        {t("peak", { amount: formatMoney(book.peak) })} · <BookState book={book} />
      </p>
    </Cell>
  );
}

function BookState({ book }: { book: BookNumbers }) {
  const t = useTranslations("portfolio");
  const server = useServerWords();
  const tone = book.state === "ACTIVE" ? "text-ink-3" : book.state === "REDUCING" ? "text-warn" : "text-down";
  return (
    <span className={cn("whitespace-nowrap", tone)} title={server(book.state_reason)}>
      {t("book")} <strong className="font-semibold">{book.state}</strong>
    </span>
  );
}

/** A number stays with its unit when the line ends. */
const unbroken = (text: string) => text.replaceAll(" ", "\u00a0");

function stateOf(share: number | null): GaugeState {
  if (share === null) return "off";
  return share >= 1 ? "failed" : share >= 0.8 ? "near" : "within";
}

function Cell({ label, unit, children }: { label: string; unit?: string; children: ReactNode }) {
  return (
    <div className="flex min-h-[150px] min-w-0 flex-col gap-1 bg-surface px-3 py-2.5">
      <p className="label flex justify-between gap-2">
        {label} {unit ? <span className="font-normal">{unit}</span> : null}
      </p>
      {children}
    </div>
  );
}

function Big({ className, children }: { className?: string; children: ReactNode }) {
  return <p className={cn("num text-[1.375rem] leading-7 font-semibold tracking-[-0.02em]", className)}>{children}</p>;
}

function Bones() {
  const t = useTranslations("portfolio");
  return (
    <section role="status" aria-label={t("loadingThePortfolio")} className="grid grid-cols-2 gap-px bg-line md:grid-cols-3 xl:grid-cols-6">
      {Array.from({ length: 6 }, (_, index) => (
        <div key={index} className="flex min-h-[150px] flex-col gap-2 bg-surface px-3 py-2.5">
          <Skeleton className="h-3 w-16" />
          <Skeleton className="h-6 w-28" />
          <Skeleton className="h-3 w-24" />
        </div>
      ))}
    </section>
  );
}
