"use client";

import { useTranslations } from "use-intl";
import type { HistoryFilter } from "@/api/trade-history";
import { Button } from "@/ui/button";
import { Field, Input, Select } from "@/ui/fields";
import { OUTCOMES } from "@/ui/outcome";
import { RULE_IDS } from "@/ui/rule-link";

interface FiltersProps {
  filter: HistoryFilter;
  markets: readonly string[];
  onFilter: (filter: HistoryFilter) => void;
}

const atTime = (day: string, time: string) => (day === "" ? undefined : `${day}T${time}Z`);

/** Narrow the list down; the choice stands in the address, so that it can be sent to somebody. */
export function Filters({ filter, markets, onFilter }: FiltersProps) {
  const t = useTranslations("history");
  const outcomes = useTranslations("ui");
  const set = (part: Partial<HistoryFilter>) => onFilter({ ...filter, ...part });
  const any = Object.values(filter).some(Boolean);
  return (
    <form role="search" aria-label={t("filterTrades")} className="grid grid-cols-2 items-end gap-2 border-b border-line bg-sunken px-3 py-2 sm:grid-cols-4 xl:grid-cols-8" onSubmit={(event) => event.preventDefault()}>
      <Field label={t("market")}>
        <Select value={filter.market ?? ""} onChange={(event) => set({ market: event.target.value || undefined })}>
          <option value="">{t("all")}</option>
          {markets.map((market) => (
            <option key={market}>{market}</option>
          ))}
        </Select>
      </Field>
      <Field label={t("side")}>
        <Select value={filter.side ?? ""} onChange={(event) => set({ side: (event.target.value || undefined) as HistoryFilter["side"] })}>
          <option value="">{t("both")}</option>
          <option value="BUY">{t("buy")}</option>
          <option value="SELL">{t("sell")}</option>
        </Select>
      </Field>
      <Field label={t("kind")}>
        <Select value={filter.kind ?? ""} onChange={(event) => set({ kind: (event.target.value || undefined) as HistoryFilter["kind"] })}>
          <option value="">{t("entriesAndExits")}</option>
          <option value="ENTRY">{t("entries")}</option>
          <option value="EXIT">{t("exits")}</option>
        </Select>
      </Field>
      <Field label={t("outcome")}>
        <Select value={filter.outcome ?? ""} onChange={(event) => set({ outcome: event.target.value || undefined })}>
          <option value="">{t("any")}</option>
          {OUTCOMES.map((outcome) => (
            <option key={outcome} value={outcome}>
              {outcomes(`outcomes.${outcome}`)}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t("rejectedBy")}>
        <Select value={filter.rule ?? ""} onChange={(event) => set({ rule: (event.target.value || undefined) as HistoryFilter["rule"] })}>
          <option value="">{t("anyRuleOrNone")}</option>
          {RULE_IDS.map((rule) => (
            <option key={rule}>{rule}</option>
          ))}
        </Select>
      </Field>
      <Field label={t("fromUtcDay")}>
        <Input type="date" value={filter.from?.slice(0, 10) ?? ""} onChange={(event) => set({ from: atTime(event.target.value, "00:00:00") })} />
      </Field>
      <Field label={t("toUtcDayIncluded")}>
        <Input type="date" value={filter.to?.slice(0, 10) ?? ""} onChange={(event) => set({ to: atTime(event.target.value, "23:59:59") })} />
      </Field>
      <Button blocked={any ? null : t("noFilter")} onClick={() => onFilter({})}>
        {t("clear")}
      </Button>
    </form>
  );
}
