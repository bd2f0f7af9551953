"use client";

import { useTranslations } from "use-intl";
import { useAnalytics } from "@/api/analytics";
import { useLive, useReady, useSynthetic } from "@/live/live";
import { formatCount, formatMoney, formatTime } from "@/lib/format";
import { SyntheticLabel } from "@/ui/badge";
import { Button } from "@/ui/button";
import { ExportLinks, FillsLink } from "@/ui/export-links";
import { Panel } from "@/ui/panel";
import { Empty, Failure, Outdated } from "@/ui/states";
import { ByRule } from "./by-rule";
import { Calibration } from "./calibration";
import { Curve } from "./curve";
import { Distribution } from "./distribution";
import { Extremes } from "./extremes";
import { Latencies } from "./latencies";
import { MetricGrid } from "./metric-grid";
import { Monthly } from "./monthly";
import { PerMarket } from "./per-market";
import { Rates } from "./rates";

/** What became of it all, of one position of the log. While it loads every part stands in its place as bones. */
export function Results() {
  const t = useTranslations("analytics");
  const pages = useTranslations("pages");
  const ready = useReady();
  const open = useLive((live) => live.link.link === "open");
  const query = useAnalytics(ready, ready && open);
  const synthetic = useSynthetic();
  const { data, error } = query;
  if (data === undefined && error) return <Failure what={t("theResultsCouldNotBe")} error={error} onRetry={query.refetch} className="m-3" />;
  return (
    <>
      <h1 className="sr-only">{pages("analytics")}</h1>
      <div className="flex flex-col gap-px bg-line pb-px">
        <Panel
          title={t("results")}
          note={
            data ? (
              <span className="tabular-nums">
                {t("span", { began: formatTime(data.began, "minutes"), until: formatTime(data.as_of, "minutes"), days: formatCount(data.days), initial: formatMoney(data.initial), position: formatCount(data.position) })}
              </span>
            ) : undefined
          }
          actions={
            <>
              {data && (error || !open) ? <Outdated sinceMs={query.dataUpdatedAt} /> : null}
              <SyntheticLabel synthetic={synthetic} />
              <Button size="small" onClick={() => void query.refetch()} busy={query.isRefetching}>
                {t("refresh")}
              </Button>
            </>
          }
        >
          {error ? <Failure what={t("theResultsCouldNotBe2")} error={error} onRetry={query.refetch} /> : null}
          {data && data.metrics.every((metric) => metric.observations === 0) && data.curve.length < 2 ? (
            <Empty why={t("nothingHasHappenedYetThat")} next={t("theFirstFinishedBarBegins")} className="border-b border-line py-3" />
          ) : null}
          <MetricGrid metrics={data?.metrics} />
        </Panel>
        <Curve results={data} synthetic={synthetic} />
        <Calibration />
        <Monthly months={data?.months} />
        <div className="grid grid-cols-[minmax(0,1fr)] gap-px lg:grid-cols-2">
          <Distribution results={data} />
          <Extremes results={data} />
        </div>
        <PerMarket markets={data?.markets} />
        <div className="grid grid-cols-[minmax(0,1fr)] gap-px lg:grid-cols-2 xl:grid-cols-3">
          <ByRule rules={data?.rejections} />
          <Latencies latencies={data?.latencies} />
          <Rates rates={data?.rates} uptime={data?.uptime} asOf={data?.as_of} />
        </div>
        <Exports />
      </div>
    </>
  );
}

const LISTS = ["trades", "records", "verifications", "events"] as const;

/** Everything behind these numbers, to be computed again elsewhere. */
function Exports() {
  const t = useTranslations("analytics");
  return (
    <Panel title={t("export")} note={t("allRowsOldestFirst")}>
      <ul className="flex flex-wrap gap-x-8 gap-y-2 px-3 py-2.5">
        {LISTS.map((list) => (
          <li key={list} className="flex flex-wrap items-center gap-1.5">
            <span className="text-ink-2">{t(`lists.${list}`)}</span>
            <ExportLinks list={list} of={t(`lists.${list}`)} />
          </li>
        ))}
        <li>
          <FillsLink />
        </li>
      </ul>
    </Panel>
  );
}
