"use client";

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

/** Narrow the list down; the choice stands in the address, so that it can be sent to somebody. */
export function Filters({ filter, markets, onFilter }: FiltersProps) {
  const set = (part: Partial<HistoryFilter>) => onFilter({ ...filter, ...part });
  const any = Object.values(filter).some(Boolean);
  return (
    <form role="search" aria-label="Filter trades" className="grid grid-cols-2 items-end gap-2 border-b border-line bg-sunken px-3 py-2 sm:grid-cols-4 xl:grid-cols-8" onSubmit={(event) => event.preventDefault()}>
      <Field label="Market">
        <Select value={filter.market ?? ""} onChange={(event) => set({ market: event.target.value || undefined })}>
          <option value="">all</option>
          {markets.map((market) => (
            <option key={market}>{market}</option>
          ))}
        </Select>
      </Field>
      <Field label="Side">
        <Select value={filter.side ?? ""} onChange={(event) => set({ side: (event.target.value || undefined) as HistoryFilter["side"] })}>
          <option value="">both</option>
          <option value="BUY">BUY</option>
          <option value="SELL">SELL</option>
        </Select>
      </Field>
      <Field label="Kind">
        <Select value={filter.kind ?? ""} onChange={(event) => set({ kind: (event.target.value || undefined) as HistoryFilter["kind"] })}>
          <option value="">entries and exits</option>
          <option value="ENTRY">entries</option>
          <option value="EXIT">exits</option>
        </Select>
      </Field>
      <Field label="Outcome">
        <Select value={filter.outcome ?? ""} onChange={(event) => set({ outcome: event.target.value || undefined })}>
          <option value="">any</option>
          {OUTCOMES.map((outcome) => (
            <option key={outcome} value={outcome}>
              {outcome.toLowerCase()}
            </option>
          ))}
        </Select>
      </Field>
      <Field label="Rejected by">
        <Select value={filter.rule ?? ""} onChange={(event) => set({ rule: (event.target.value || undefined) as HistoryFilter["rule"] })}>
          <option value="">any rule or none</option>
          {RULE_IDS.map((rule) => (
            <option key={rule}>{rule}</option>
          ))}
        </Select>
      </Field>
      <Field label="From (UTC day)">
        <Input type="date" value={filter.from?.slice(0, 10) ?? ""} onChange={(event) => set({ from: event.target.value ? `${event.target.value}T00:00:00Z` : undefined })} />
      </Field>
      <Field label="To (UTC day, included)">
        <Input type="date" value={filter.to?.slice(0, 10) ?? ""} onChange={(event) => set({ to: event.target.value ? `${event.target.value}T23:59:59Z` : undefined })} />
      </Field>
      <Button blocked={any ? null : "No filter is set."} onClick={() => onFilter({})}>
        Clear
      </Button>
    </form>
  );
}
