"use client";

import { useState, type FormEvent } from "react";
import { useTranslations } from "use-intl";
import { useStart, type BacktestOrder } from "@/api/backtests";
import { useStrategies, type StrategyParameter, type StrategySeen } from "@/api/strategies";
import { useDashboard, useReady } from "@/live/live";
import { useChangeBlock } from "@/live/trading-block";
import { isDecimal } from "@/lib/format";
import { Button } from "@/ui/button";
import { Field, Input, Select } from "@/ui/fields";
import { Panel } from "@/ui/panel";
import { Answered, Failure, SkeletonRows } from "@/ui/states";
import { useBusy } from "./jobs";
import { isFee } from "./report";

/** A form to begin a back-test; what is left empty is the home's own. `begin` comes from the address. */
export function StartForm({ begin }: { begin: BacktestOrder }) {
  const t = useTranslations("backtests");
  const strategies = useStrategies(useReady());
  return (
    <Panel title={t("start")} note={t("startNote")}>
      <Answered query={strategies} what={t("noStrategies")} loading={<SkeletonRows rows={4} label={t("start")} />}>
        {(known) => <Form key={JSON.stringify(begin)} strategies={known.strategies} begin={{ ...begin, strategy: begin.strategy ?? known.in_use?.strategy }} />}
      </Answered>
    </Panel>
  );
}

function Form({ strategies, begin }: { strategies: readonly StrategySeen[]; begin: BacktestOrder }) {
  const t = useTranslations("backtests");
  const known = useTranslations("strategies");
  const meaningOf = ({ name, about }: StrategyParameter) => (known.has(`means_of.${name}` as never) ? known(`means_of.${name}` as never) : about);
  const markets = useDashboard("status")?.data.markets ?? [];
  const start = useStart();
  const block = useChangeBlock();
  const busy = useBusy();
  const [name, setName] = useState(begin.strategy ?? strategies[0]?.name ?? "");
  const [params, setParams] = useState<Record<string, string>>(Object.fromEntries(Object.entries(begin.params ?? {}).map(([each, value]) => [each, String(value)])));
  const [chosen, setChosen] = useState<readonly string[]>(begin.markets ?? []);
  const [from, setFrom] = useState((begin.from ?? "").slice(0, 10));
  const [to, setTo] = useState((begin.to ?? "").slice(0, 10));
  const [cash, setCash] = useState(begin.cash ?? "");
  const [fee, setFee] = useState(begin.fee ?? "");
  const strategy = strategies.find((each) => each.name === name);

  const wrong = [
    ...(strategy?.parameters ?? []).filter((each) => problemOf(each, params[each.name]) !== null).map((each) => each.name),
    ...(cash !== "" && !(isDecimal(cash) && Number(cash) > 0) ? [t("cash")] : []),
    ...(fee !== "" && !isFee(fee) ? [t("fee")] : []),
    ...(from !== "" && to !== "" && to <= from ? [t("to")] : []),
  ];
  const blocked = block ?? busy ?? (wrong.length > 0 ? t("wrongFields", { fields: wrong.join(", ") }) : null);

  const send = (event: FormEvent) => {
    event.preventDefault();
    if (blocked !== null || start.isPending) return;
    const given = Object.entries(params).filter(([each, value]) => value !== "" && strategy?.parameters.some((one) => one.name === each));
    start.mutate({
      strategy: name,
      params: Object.fromEntries(given.map(([each, value]) => [each, Number(value)])),
      markets: [...chosen],
      ...(from ? { from: `${from}T00:00Z` } : {}),
      ...(to ? { to: `${to}T00:00Z` } : {}),
      ...(cash ? { cash } : {}),
      ...(fee ? { fee } : {}),
    });
  };
  const toggle = (market: string) => setChosen(chosen.includes(market) ? chosen.filter((each) => each !== market) : [...chosen, market]);

  return (
    <form aria-label={t("start")} onSubmit={send} className="flex flex-col gap-3 px-3 py-3">
      <div className="grid grid-cols-2 gap-2 md:grid-cols-5">
        <Field label={t("strategy")}>
          <Select value={name} onChange={(event) => setName(event.target.value)}>
            {strategies.map((each) => (
              <option key={each.name}>{each.name}</option>
            ))}
          </Select>
        </Field>
        <Field label={t("from")} hint={t("fromHint")}>
          <Input type="date" value={from} onChange={(event) => setFrom(event.target.value)} />
        </Field>
        <Field label={t("to")} hint={t("toHint")} error={from !== "" && to !== "" && to <= from ? t("toBeforeFrom") : null}>
          <Input type="date" value={to} onChange={(event) => setTo(event.target.value)} />
        </Field>
        <Field label={t("cash")} hint={t("cashHint")} error={cash !== "" && !(isDecimal(cash) && Number(cash) > 0) ? t("notAnAmount") : null}>
          <Input inputMode="decimal" value={cash} placeholder="10000" onChange={(event) => setCash(event.target.value.trim())} />
        </Field>
        <Field label={t("fee")} hint={t("feeHint")} error={fee !== "" && !isFee(fee) ? t("notAFee") : null}>
          <Input inputMode="decimal" value={fee} placeholder="0.001" onChange={(event) => setFee(event.target.value.trim())} />
        </Field>
      </div>
      <fieldset className="min-w-0">
        <legend className="label">{t("markets")}</legend>
        <div className="flex flex-wrap gap-x-4">
          {markets.map((market) => (
            <label key={market} className="inline-flex min-h-6 items-center gap-1.5">
              <input type="checkbox" checked={chosen.includes(market)} onChange={() => toggle(market)} /> {market}
            </label>
          ))}
          <span className="self-center text-2xs text-ink-3">{chosen.length === 0 ? t("allMarkets") : null}</span>
        </div>
      </fieldset>
      {strategy === undefined ? null : (
        <details open={Object.keys(params).length > 0}>
          <summary className="min-h-6 text-xs font-medium">{t("parameters", { count: String(strategy.parameters.length) })}</summary>
          <div className="mt-1 grid grid-cols-[minmax(0,1fr)] gap-2 sm:grid-cols-2 lg:grid-cols-3">
            {strategy.parameters.map((each) => (
              <Field key={each.name} label={each.name} error={problemOf(each, params[each.name]) === null ? null : t("range", { least: String(each.least), most: String(each.most) })} hint={t("parameterHint", { about: meaningOf(each), least: String(each.least), most: String(each.most) })}>
                <Input inputMode="numeric" placeholder={String(each.default)} value={params[each.name] ?? ""} onChange={(event) => setParams({ ...params, [each.name]: event.target.value.trim() })} />
              </Field>
            ))}
          </div>
        </details>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" tone="solid" blocked={blocked} reason="below" busy={start.isPending}>
          {t("run")}
        </Button>
        {start.error ? <Failure what={t("notBegun")} error={start.error} className="w-full" /> : null}
      </div>
    </form>
  );
}

/** Null where a whole number within the range, or nothing, was written. */
function problemOf({ least, most }: StrategyParameter, text: string | undefined): "range" | null {
  if (text === undefined || text === "") return null;
  return /^-?\d+$/.test(text) && Number(text) >= least && Number(text) <= most ? null : "range";
}
