"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { usePrediction } from "@/api/prediction";
import { useExecutePreview } from "@/api/preview";
import { useSetMode } from "@/api/set-mode";
import type { MarketSetting, Prediction } from "@/api/types";
import { useDebounced } from "@/lib/debounced";
import { useDashboard, useReady, useStatus, useSynthetic } from "@/live/live";
import { useChangeBlock, useEntryBlock, usePriced } from "@/live/trading-block";
import { formatAge, formatBps, formatPrice } from "@/lib/format";
import { formatFraction } from "@/lib/measure";
import { SyntheticLabel } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Fact } from "@/ui/fact";
import { Field, Input, Segmented, Select } from "@/ui/fields";
import { Panel } from "@/ui/panel";
import { useServerWords } from "@/ui/server-words";
import { Precheck } from "@/ui/lazy-precheck";
import { Side } from "@/ui/side";
import { Answered, Failure, Skeleton, useProblemWords } from "@/ui/states";
import { Time } from "@/ui/time";
import { shareFromPercent } from "./size";
import { ExecuteDialog, Questions } from "./lazy-dialog";

const TYPING_MS = 250;
/** What nine rules and the book before and after need; kept while the question is under way and its script comes. */
const PRECHECK_PLACE = "min-h-[416px]";

interface TicketProps {
  market: string;
  onChoose: (market: string) => void;
  className?: string;
}

/** Acts on the strategy's own signal; it cannot invent an opinion, only make its size smaller. */
export function Ticket({ market, onChoose, className }: TicketProps) {
  const t = useTranslations("ticket");
  const clock = useStatus((status) => status.data_clock) ?? null;
  const markets = useStatus((status) => status.data.markets);
  const synthetic = useSynthetic();
  const setting = useDashboard("markets")?.find((each) => each.market === market);
  const block = useEntryBlock();
  const prediction = usePrediction(market, clock);
  const [percent, setPercent] = useState("");
  const [asking, setAsking] = useState(false);
  const size = shareFromPercent(percent);
  const sizeError = size.error === null ? null : t(`sizeErrors.${size.error}`);
  const opinion = prediction.data;
  const sizeHint = useSizeHint(opinion);
  // Asked when the typing pauses; an answer on another size is faded until then.
  const asked = useDebounced(size.share, TYPING_MS);
  const ready = useReady();
  const priced = usePriced();
  const preview = useExecutePreview(market, asked, clock, ready && priced && size.error === null);
  return (
    <Panel title={t("tradeTicket")} className={className} actions={<SyntheticLabel synthetic={synthetic} />}>
      <Questions />
      <div className="flex flex-col gap-3 p-3">
        <div className="grid grid-cols-[1fr_auto] items-end gap-2">
          <Field label={t("market")}>
            <Select value={market} onChange={(event) => onChoose(event.target.value)}>
              {(markets ?? [market]).map((each) => (
                <option key={each} value={each}>
                  {each}
                </option>
              ))}
            </Select>
          </Field>
          {setting ? <Mode setting={setting} /> : null}
        </div>
        <Answered query={prediction} what={t("theOpinionOnThisMarket")} loading={<OpinionBones />}>
          {(answer) => <Opinion opinion={answer} />}
        </Answered>
        <Field
          label={t("sizeOfEquityOptional")}
          hint={sizeHint}
          error={sizeError}
        >
          <Input inputMode="decimal" placeholder={t("theSignalSSize")} value={percent} onChange={(event) => setPercent(event.target.value)} aria-invalid={size.error !== null} />
        </Field>
        {preview.data && size.error === null ? (
          <div className={preview.data.outcome === "ORDER" ? PRECHECK_PLACE : undefined}>
            <Precheck preview={preview.data} faded={preview.isPlaceholderData || asked !== size.share} />
          </div>
        ) : preview.isLoading && opinion !== undefined && opinion.side !== "HOLD" ? (
          <Skeleton className={PRECHECK_PLACE} />
        ) : null}
        {preview.error && !preview.data ? <Failure what={t("preCheckFailed")} error={preview.error} onRetry={preview.refetch} /> : null}
        <Button tone="solid" size="large" blocked={block ?? sizeError} reason="below" onClick={() => setAsking(true)}>
          {t("executeTheSignal")}
        </Button>
        <p className="text-2xs text-ink-3">{t("whatItDoes")}</p>
      </div>
      {asking ? <ExecuteDialog market={market} opinion={opinion} size={size.share} onClose={() => setAsking(false)} /> : null}
    </Panel>
  );
}

function useSizeHint(opinion: Prediction | undefined): string {
  const t = useTranslations("ticket");
  if (opinion === undefined || opinion.side === "HOLD") return t("neverAbove");
  return t("ownSize", { share: formatFraction(opinion.size) });
}

const MODES = ["automatic", "ask"] as const;

/** Does the engine trade this market by itself, or stop after the oracle and wait for a person? */
function Mode({ setting }: { setting: MarketSetting }) {
  const t = useTranslations("ticket");
  const block = useChangeBlock();
  const problem = useProblemWords();
  const setMode = useSetMode();
  const shown = setMode.isPending ? setMode.variables.mode : setting.mode;
  return (
    <div className="flex flex-col gap-1">
      <span className="label">{t("entries")}</span>
      <Segmented label={t("entriesIn", { symbol: setting.symbol })} value={shown} options={MODES.map((value) => ({ value, text: t(`modes.${value}`) }))} blocked={block} onChange={(mode) => setMode.mutate({ symbol: setting.market, mode })} />
      {setMode.error ? (
        <span role="alert" className="text-2xs text-down">
          {problem(setMode.error)}
        </span>
      ) : null}
    </div>
  );
}

function Opinion({ opinion }: { opinion: Prediction }) {
  const server = useServerWords();
  const t = useTranslations("ticket");
  return (
    <div className="border border-line bg-sunken">
      <div className="flex items-center gap-2 border-b border-line px-2.5 py-1.5">
        <Side side={opinion.side} />
        <span className="text-2xs text-ink-3">{t("newestCandle")}</span>
        <Time iso={opinion.candle_close} precision="minutes" className="ml-auto text-xs" />
      </div>
      <dl className="grid grid-cols-3 gap-x-3 gap-y-1.5 px-2.5 py-2">
        <Fact name={t("confidence")} title={opinion.event}>
          {formatFraction(opinion.confidence, { digits: 1 })}
        </Fact>
        <Fact name={t("baseRate")} title={t("howOftenTheSameEvent")}>
          {formatFraction(opinion.base_rate, { digits: 1 })}
        </Fact>
        <Fact name={t("riskScore")}>{opinion.risk_score}</Fact>
        <Fact name={t("target")}>+{formatBps(opinion.take_profit_bps)}</Fact>
        <Fact name={t("stop")}>−{formatBps(opinion.stop_loss_bps)}</Fact>
        <Fact name={t("horizon")}>{formatAge(opinion.horizon_s)}</Fact>
        <Fact name={t("buySellScore")}>
          {opinion.buy_score} / {opinion.sell_score}
        </Fact>
        <Fact name={t("price")}>{formatPrice(opinion.price)}</Fact>
        <Fact name={t("expires")}><Time iso={opinion.expires_at} precision="minutes" clock /></Fact>
      </dl>
      {opinion.shrunk ? <p className="border-t border-line px-2.5 py-1.5 text-xs text-warn">{t("confidenceIsTheBaseRate")}</p> : null}
      {opinion.why.length > 0 ? (
        <details className="border-t border-line px-2.5 py-1.5 text-xs">
          <summary className="text-ink-2">{t("whyAndTheIndicators")}</summary>
          <ul className="mt-1 list-disc pl-4 text-ink-2">
            {opinion.why.map((line) => (
              <li key={line}>{server(line)}</li>
            ))}
          </ul>
          <dl className="mt-1.5 grid grid-cols-2 gap-x-3">
            {opinion.indicators.map((indicator) => (
              <div key={indicator.name} className="flex justify-between gap-2">
                <dt className="truncate text-2xs text-ink-3">{indicator.name}</dt>
                <dd className="num text-2xs">{indicator.value}</dd>
              </div>
            ))}
          </dl>
        </details>
      ) : null}
    </div>
  );
}

function OpinionBones() {
  const t = useTranslations("ticket");
  return (
    <div role="status" aria-label={t("loadingTheOpinion")} className="flex h-[196px] flex-col gap-3 border border-line bg-sunken p-2.5">
      <Skeleton className="w-24" />
      <Skeleton className="h-8" />
      <Skeleton className="h-8" />
      <Skeleton className="h-8" />
    </div>
  );
}
