"use client";

import { ArrowLeft, Check as Tick, X } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useTrade } from "@/api/trade";
import type { Check, CycleDetail, EventRef, TransactionRef } from "@/api/types";
import { useReady, useSynthetic } from "@/live/live";
import { cn } from "@/lib/cn";
import { formatCount, formatMoney, formatPrice, formatQuantity, formatTime, NO_DATA, shiftPoint } from "@/lib/format";
import { baseOf, quoteOf } from "@/lib/market";
import { formatFraction } from "@/lib/measure";
import { SyntheticLabel } from "@/ui/badge";
import { useReasonWords } from "@/ui/cycle-parts";
import { Delta } from "@/ui/delta";
import { Hash } from "@/ui/hash";
import { Outcome } from "@/ui/outcome";
import { useOutcomeWords } from "@/ui/outcome-words";
import { Fact } from "@/ui/fact";
import { Panel } from "@/ui/panel";
import { RuleFailures } from "@/ui/rule-failures";
import { useServerWords } from "@/ui/server-words";
import { Side } from "@/ui/side";
import { Answered, Empty, Skeleton, SkeletonRows } from "@/ui/states";
import { StepTrail } from "@/ui/step-trail";
import { Table, Td, Th } from "@/ui/table";
import { Time } from "@/ui/time";
import { barriersOf } from "./barriers";
import { EventData } from "./event-data";

/** All that is kept about one cycle. */
export function Trade({ id, verification }: { id: string; verification?: ReactNode }) {
  const t = useTranslations("trade");
  const trade = useTrade(id, useReady());
  return (
    <div className="flex flex-col gap-px bg-line pb-px">
      <div className="bg-surface px-3 py-2">
        <Link href="/trades" prefetch={false} className="inline-flex items-center gap-1 text-xs font-medium text-ink-2 hover:text-ink">
          <ArrowLeft aria-hidden className="size-3.5" /> {t("allTrades")}
        </Link>
      </div>
      <Answered query={trade} what={t("thisTradeCouldNotBe")} loading={<Bones />}>
        {(detail) => <Story detail={detail} verification={verification} />}
      </Answered>
    </div>
  );
}

function Story({ detail, verification }: { detail: CycleDetail; verification: ReactNode }) {
  return (
    <>
      <Head detail={detail} />
      <div className="grid gap-px lg:grid-cols-2">
        <Signal detail={detail} />
        <Checks checks={detail.checks} />
      </div>
      {detail.transactions.length > 0 ? verification : null}
      <OnChain detail={detail} />
      <Events events={detail.events} />
    </>
  );
}

function Head({ detail }: { detail: CycleDetail }) {
  const t = useTranslations("trade");
  const { cycle } = detail;
  const ended = useOutcomeWords()(cycle);
  const synthetic = useSynthetic();
  const quote = quoteOf(cycle.market);
  return (
    <section aria-label={t("summary")} className="bg-surface px-3 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="text-lg font-semibold tracking-[-0.01em]">
          {t(cycle.kind === "EXIT" ? "exitOf" : "entryOf", { market: cycle.market })}
        </h1>
        <Side side={cycle.side} />
        <Outcome cycle={cycle} />
        <SyntheticLabel synthetic={synthetic} />
      </div>
      {ended ? <p className="mt-1 text-ink-2">{ended}</p> : null}
      <dl className="mt-3 grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-4 xl:grid-cols-8">
        <Fact name={t("candleClose")}><Time iso={cycle.candle_close} precision="minutes" /></Fact>
        <Fact name={t("confidenceBaseRate")}>
          {formatFraction(cycle.confidence, { digits: 1 })} <span className="font-normal text-ink-3">({formatFraction(cycle.base_rate, { digits: 1 })})</span>
        </Fact>
        <Fact name={t("size")}>{formatFraction(cycle.size)}</Fact>
        <Fact name={t("quantityIn", { unit: baseOf(cycle.market) })}>{formatQuantity(cycle.quantity)}</Fact>
        <Fact name={t("fillPriceIn", { unit: quote })}>{formatPrice(cycle.fill_price)}</Fact>
        <Fact name={t("feeIn", { unit: quote })}>{formatMoney(cycle.fee)}</Fact>
        <Fact name={t("realisedIn", { unit: quote })}>
          <Delta value={cycle.kind === "EXIT" ? cycle.realised : null} arrow />
        </Fact>
        <Fact name={t("closed")}><Time iso={cycle.closed_at} /></Fact>
      </dl>
      <div className="mt-3">
        <StepTrail steps={cycle.steps} />
        <p className="mt-1 text-2xs text-ink-3">{t("twoClocks")}</p>
      </div>
      {cycle.rules.length > 0 ? (
        <div className="mt-3 border-l-2 border-down bg-down-wash px-3 py-2">
          <p className="label mb-1 text-ink-2">{t("whatTheContractRefused")}</p>
          <RuleFailures rules={cycle.rules} side={cycle.side} />
        </div>
      ) : null}
    </section>
  );
}

const SHORT_FORMS = /\b(rsi|macd|ma|bps|pct)\b/g;

/** `bollinger_lower` → `bollinger lower`, `rsi_14` → `RSI 14`: the strategy names its own, so no list knows them all. */
function indicatorWords(name: string): string {
  return name
    .replaceAll("_", " ")
    .replaceAll(SHORT_FORMS, (short) => (short === "pct" ? "%" : short === "bps" ? "bp" : short.toUpperCase()));
}

function Signal({ detail }: { detail: CycleDetail }) {
  const t = useTranslations("trade");
  const { cycle, signal } = detail;
  const reasonWords = useReasonWords();
  const barriers = barriersOf(detail);
  const server = useServerWords();
  return (
    <Panel title={t("signal")} note={t(cycle.kind === "EXIT" && signal === null ? "exitWithoutSignal" : "whatItThought")}>
      {signal === null && detail.why.length === 0 ? (
        <Empty why={cycle.reason ? t("exitCameFrom", { reason: reasonWords(cycle.reason) }) : t("noSignalOfItsOwn")} />
      ) : (
        <div className="flex flex-col gap-3 p-3">
          <dl className="grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-4">
            <Fact name={t("price")}>{formatPrice(cycle.price)}</Fact>
            <Fact name={t("riskScore")}>{cycle.risk_score ?? NO_DATA}</Fact>
            <Fact name={t("takeProfit")}>{barriers.takeProfit ?? NO_DATA}</Fact>
            <Fact name={t("stopLoss")}>{barriers.stopLoss ?? NO_DATA}</Fact>
            {detail.barriers ? (
              <>
                <Fact name={t("targetPrice")}>{formatPrice(detail.barriers.target)}</Fact>
                <Fact name={t("stopPrice")}>{formatPrice(detail.barriers.stop)}</Fact>
                <Fact name={t("heldUntilAtMost")}><Time iso={detail.barriers.time_limit} precision="minutes" /></Fact>
              </>
            ) : null}
          </dl>
          {detail.why.length > 0 ? (
            <ul className="list-disc pl-4 text-ink-2">
              {detail.why.map((line) => (
                <li key={line}>{server(line)}</li>
              ))}
            </ul>
          ) : null}
          {detail.indicators.length > 0 ? (
            <dl className="grid grid-cols-1 gap-x-6 sm:grid-cols-2">
              {detail.indicators.map((indicator) => (
                <div key={indicator.name} className="flex justify-between gap-3 border-b border-line py-1">
                  <dt className="label truncate" title={indicator.name}>{indicatorWords(indicator.name ?? "")}</dt>
                  <dd className="num text-xs">{indicator.value}</dd>
                </div>
              ))}
            </dl>
          ) : null}
          {cycle.digest ? (
            <div>
              <p className="label">{t("digestCommittedBeforeTheTrade")}</p>
              <Hash value={cycle.digest} whole />
            </div>
          ) : null}
          {signal ? (
            <details className="text-xs">
              <summary className="text-ink-2">{t("allSignedFields")}</summary>
              <EventData data={signal} />
            </details>
          ) : null}
        </div>
      )}
    </Panel>
  );
}

function Checks({ checks }: { checks: readonly Check[] }) {
  const t = useTranslations("trade");
  const server = useServerWords();
  const passed = checks.filter((check) => check.passed).length;
  return (
    <Panel title={t("oracleSChecks")} note={checks.length > 0 ? t("passedOf", { passed, checks: checks.length }) : undefined}>
      {checks.length === 0 ? (
        <Empty why={t("theOracleHadNothingTo")} next={t("exitsWithoutASignalGo")} />
      ) : (
        <Table
          caption={t("oracleSChecks")}
          head={
            <>
              <Th right className="w-8">
                {t("number")}
              </Th>
              <Th>{t("result")}</Th>
              <Th>{t("check")}</Th>
              <Th>{t("got")}</Th>
              <Th>{t("expected")}</Th>
            </>
          }
        >
          {checks.map((check) => (
            <tr key={check.number}>
              <Td right className="text-ink-3">
                {check.number}
              </Td>
              <Td>
                <span className={cn("inline-flex items-center gap-1 align-middle text-xs font-medium", check.passed ? "text-up" : "text-down")}>
                  {check.passed ? <Tick aria-hidden className="size-3.5" /> : <X aria-hidden className="size-3.5" />}
                  {t(check.passed ? "passed" : "failed")}
                </span>
              </Td>
              <Td className="whitespace-nowrap">{server(check.name)}</Td>
              <Td>
                <Value text={readable(check.name, check.got)} />
              </Td>
              <Td className="text-ink-2">
                <Value text={readable(check.name, check.limit)} />
              </Td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}

function OnChain({ detail }: { detail: CycleDetail }) {
  const t = useTranslations("trade");
  const reasonWords = useReasonWords();
  const { records } = detail;
  return (
    <Panel title={t("onTheChain")} note={t("transactionsAndTheRecordsThey")}>
      {detail.transactions.length === 0 ? (
        <Empty why={t("noTransactionYet")} next={t("theFirstOneCommitsThe")} />
      ) : (
        <Table
          caption={t("transactions")}
          head={
            <>
              <Th>{t("step")}</Th>
              <Th>{t("transaction")}</Th>
              <Th right>{t("block")}</Th>
              <Th>{t("blockHash")}</Th>
              <Th>{t("blockTime")}</Th>
            </>
          }
        >
          {detail.transactions.map((transaction) => (
            <TransactionRow key={`${transaction.step}:${transaction.tx}`} transaction={transaction} />
          ))}
        </Table>
      )}
      {records.length > 0 ? (
        <div className="border-t border-line">
          <Table
            caption={t("records")}
            head={
              <>
                <Th right className="w-16">
                  {t("record")}
                </Th>
                <Th>{t("kind")}</Th>
                <Th>{t("hash")}</Th>
                <Th>{t("previous")}</Th>
                <Th>{t("transaction")}</Th>
                <Th right>{t("block")}</Th>
                <Th>{t("time")}</Th>
              </>
            }
          >
            {records.map((record) => (
              <tr key={record.seq}>
                <Td right className="font-medium">
                  #{formatCount(record.seq)}
                </Td>
                <Td className="whitespace-nowrap">{reasonWords(record.kind)}</Td>
                <Td>
                  <Hash value={record.head} keep={8} />
                </Td>
                <Td>
                  <Hash value={record.previous} keep={8} />
                </Td>
                <Td>
                  <Hash value={record.tx} />
                </Td>
                <Td right>{formatCount(record.block)}</Td>
                <Td className="num text-xs text-ink-2"><Time iso={record.time} /></Td>
              </tr>
            ))}
          </Table>
        </div>
      ) : null}
    </Panel>
  );
}

function TransactionRow({ transaction }: { transaction: TransactionRef }) {
  const t = useTranslations("trade");
  return (
    <tr>
      <Td className="font-medium">{t(`transactionSteps.${transaction.step}`)}</Td>
      <Td>
        <Hash value={transaction.tx} keep={8} />
      </Td>
      <Td right>{formatCount(transaction.block)}</Td>
      <Td>
        <Hash value={transaction.block_hash} keep={8} />
      </Td>
      <Td className="num text-xs text-ink-2"><Time iso={transaction.time} /></Td>
    </tr>
  );
}

function Events({ events }: { events: readonly EventRef[] }) {
  const t = useTranslations("trade");
  return (
    <Panel title={t("events")} note={t("inTheOrderTheyWere")}>
      {events.length === 0 ? (
        <Empty why={t("noEventOfThisCycle")} />
      ) : (
        <ol className="divide-y divide-line">
          {events.map((event) => (
            <li key={event.position} className="px-3 py-1.5">
              <details>
                <summary className="flex flex-wrap items-baseline gap-x-3">
                  <span className="num w-16 text-right text-2xs text-ink-3">{formatCount(event.position)}</span>
                  <span className="font-medium">{event.name}</span>
                  <span className="num ml-auto text-xs text-ink-3"><Time iso={event.time} /></span>
                </summary>
                <EventData data={event.data} />
              </details>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

/** Seconds since 1970 as a time that people read. */
function withTimes(text: string): string {
  return text.replaceAll(/\b1\d{9}\b/g, (seconds) => formatTime(new Date(Number(seconds) * 1000).toISOString(), "minutes"));
}

/** Hashes among the numbers compared are shortened; everything else stands as it is. */
function Value({ text }: { text: string }) {
  const server = useServerWords();
  return /^(0x)?[0-9a-f]{40,}$/i.test(text) ? <Hash value={text} /> : <span className="text-xs">{withTimes(server(text) ?? text)}</span>;
}

const E8 = 8;

/** Prices are compared as whole numbers of a hundred-millionth: shown as prices. */
function readable(check: string, text: string): string {
  return check === "price" && /^\d+$/.test(text) ? formatPrice(shiftPoint(text, -E8)) : text;
}

function Bones() {
  const t = useTranslations("trade");
  return (
    <>
      <div className="flex h-[132px] flex-col gap-3 bg-surface p-3">
        <Skeleton className="h-6 w-56" />
        <Skeleton className="w-80 max-w-full" />
        <Skeleton className="h-8" />
      </div>
      <div className="bg-surface">
        <SkeletonRows rows={12} label={t("theTrade")} />
      </div>
    </>
  );
}

