"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import type { BacktestOrder, RunFilter } from "@/api/backtests";
import { Jobs } from "./jobs";
import { Runs } from "./runs";
import { StartForm } from "./start-form";

export { Compare } from "./compare";
export { Run } from "./run";
export type { Report } from "./report";

interface BacktestsProps {
  filter: RunFilter;
  begin: BacktestOrder;
  onFilter: (filter: RunFilter) => void;
  onCompare: (ids: readonly string[]) => void;
}

/** Every stored run, what is under way, and the form to begin another one. */
export function Backtests({ filter, begin, onFilter, onCompare }: BacktestsProps) {
  const t = useTranslations("backtests");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  return (
    <div className="flex flex-col gap-px bg-line pb-px">
      <h1 className="sr-only">{t("title")}</h1>
      <Jobs />
      <div id="start">
        <StartForm begin={begin} />
      </div>
      <Runs filter={filter} onFilter={onFilter} chosen={chosen} onChoose={setChosen} onCompare={() => onCompare(chosen)} />
    </div>
  );
}
