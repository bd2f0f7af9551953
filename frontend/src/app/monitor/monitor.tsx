"use client";

import { useTranslations } from "use-intl";
import { useAnalytics } from "@/api/analytics";
import { Latencies } from "@/features/analytics/latencies";
import { Rates } from "@/features/analytics/rates";
import { Health } from "@/features/health";
import { useLive, useReady } from "@/live/live";
import { Failure } from "@/ui/states";

/** Is everything alive, how fast is it, and do store and chain keep up. */
export function MonitorPage() {
  const t = useTranslations("monitor");
  const ready = useReady();
  const open = useLive((live) => live.link.link === "open");
  const { data, error, refetch } = useAnalytics(ready, ready && open);
  return (
    <>
      <h1 className="sr-only">{t("title")}</h1>
      {error ? <Failure what={t("failed")} error={error} onRetry={() => void refetch()} className="m-3" /> : null}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-px bg-line pb-px lg:grid-cols-3">
        <Health />
        <Rates rates={data?.rates} uptime={data?.uptime} asOf={data?.as_of} />
        <Latencies latencies={data?.latencies} />
      </div>
      <p className="bg-surface px-3 py-3 text-xs text-ink-2">
        {t("more")}{" "}
        <a className="underline underline-offset-2" href="/metrics">
          /metrics
        </a>{" "}
        ·{" "}
        <a className="underline underline-offset-2" href="/api/health/ready">
          /api/health/ready
        </a>
      </p>
    </>
  );
}
