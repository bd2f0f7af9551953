"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useHealth } from "@/api/health";
import type { Health as HealthAnswer } from "@/api/types";
import { useDashboard, useLive, useReady } from "@/live/live";
import { useOracle } from "@/live/oracle";
import { isStarting, usePhaseText } from "@/live/phase";
import { cn } from "@/lib/cn";
import { formatAge, formatCount, NO_DATA } from "@/lib/format";
import { SyntheticLabel } from "@/ui/badge";
import { Hash } from "@/ui/hash";
import { Panel } from "@/ui/panel";
import { useServerWords } from "@/ui/server-words";
import { Failure, SkeletonRows } from "@/ui/states";
import { Time } from "@/ui/time";

type Component = HealthAnswer["components"][number];
const NOT_KNOWN = "UNKNOWN";
type Light = Component["state"] | typeof NOT_KNOWN;

const LIGHTS: Record<Light, string> = {
  OK: "bg-up",
  STARTING: "bg-warn",
  RESTARTING: "bg-warn",
  DEGRADED: "bg-warn",
  DOWN: "bg-down",
  UNKNOWN: "border border-line-strong",
};

interface Sign {
  name: string;
  light: Light;
  detail?: string | null;
}

const ORACLE = "oracle";
const ORACLE_LIGHTS = { alive: "OK", late: "DEGRADED", silent: "DOWN", unknown: NOT_KNOWN } as const;

function useOracleSign(): Sign[] {
  const oracle = useOracle();
  return oracle ? [{ name: ORACLE, light: ORACLE_LIGHTS[oracle.state], detail: oracle.words }] : [];
}

/** Is it alive, where does it stand, and do chain and store keep up. */
export function Health({ className }: { className?: string }) {
  const t = useTranslations("health");
  const status = useDashboard("status");
  const server = useServerWords();
  const phaseText = usePhaseText();
  const book = useDashboard("book");
  const link = useLive((live) => live.link.link);
  const { data: health, error, refetch } = useHealth();
  const oracle = useOracleSign();
  // What was well when it was last asked need not be so now.
  const asked = !error && link === "open";
  const lights = [...oracle, ...(health?.components ?? []).map(({ name, state, detail }): Sign => (asked ? { name, light: state, detail } : { name, light: NOT_KNOWN }))];
  return (
    <Panel title={t("health")} className={className}>
      {status === undefined ? (
        <SkeletonRows rows={7} label={t("health2")} />
      ) : (
        <dl className="divide-y divide-line">
          <Line name={t("engine")}>
            {phaseText(status)}
            {status.phase_detail && !isStarting(status.phase) ? <span className="block text-2xs text-ink-3">{server(status.phase_detail)}</span> : null}
          </Line>
          <Line name={t("data")}>
            <span className="inline-flex flex-wrap items-center justify-end gap-1.5">
              {status.data.label || NO_DATA} · {t("candlesOf", { interval: formatAge(status.data.interval_s) })} <SyntheticLabel synthetic={status.data.synthetic} />
            </span>
            {status.data.note ? <span className="block text-2xs text-ink-3">{server(status.data.note)}</span> : null}
          </Line>
          <Line name={t("dataClock")}>
            <span className="num"><Time iso={status.data_clock} /></span>
            {status.progress ? (
              <span className="num block text-2xs text-ink-3">
                {t("candleOf", { done: formatCount(status.progress.done), total: formatCount(status.progress.total) })}
              </span>
            ) : null}
          </Line>
          <Oracle />
          <Line name={t("chain", { kind: status.chain.kind })}>
            <span className="num">{t("block", { number: formatCount(status.chain.block) })}</span>
            <Hash value={status.chain.block_hash} className="ml-2 align-middle" />
            {status.chain.restarting ? (
              <span className="num block text-2xs text-warn">
                {t("restarting", { done: formatCount(status.chain.restarting.done), total: formatCount(status.chain.restarting.total) })}
              </span>
            ) : null}
            {status.chain.away ? <span className="block text-2xs text-warn">{server(status.chain.away)}</span> : null}
            {status.chain.waits ? <span className="num block text-2xs text-ink-3">{server(status.chain.waits)}</span> : null}
            {status.chain.note ? <span className="block text-2xs text-ink-3">{server(status.chain.note)}</span> : null}
          </Line>
          <Line name={t("store")}>
            <span className="num">{t("events", { count: status.ready ? formatCount(status.store.position) : NO_DATA })}</span>
            <span className={cn("num block text-2xs", status.store.lag > 0 ? "text-warn" : "text-ink-3")}>
              {!status.ready ? "" : status.store.lag > 0 ? t("behind", { count: formatCount(status.store.lag) }) : t("upToDate")}
            </span>
          </Line>
          <Line name={t("recordHead")}>
            <span className="num mr-2">#{formatCount(book?.record_seq)}</span>
            <Hash value={book?.record_head} className="align-middle" />
          </Line>
          <Line name={t("thisPage")}>{link === "open" ? t("live") : link === "connecting" ? t("connecting") : t("notConnected")}</Line>
        </dl>
      )}
      {error ? <Failure what={t("healthCouldNotBeAsked")} error={error} onRetry={refetch} className="m-3" /> : null}
      {health ? (
        <ul className="flex flex-wrap gap-x-4 gap-y-1 border-t border-line px-3 py-2">
          {lights.map((each) => (
            <Part key={each.name} {...each} />
          ))}
        </ul>
      ) : null}
    </Panel>
  );
}

function Part({ name, light, detail }: Sign) {
  const t = useTranslations("health");
  return (
    <li className="flex items-center gap-1.5 text-xs" title={detail ?? undefined}>
      <span aria-hidden className={cn("size-2 rounded-full", LIGHTS[light])} />
      {t.has(`parts.${name}` as never) ? t(`parts.${name}` as never) : name}
      <span className={light === "OK" ? "sr-only" : "text-2xs text-ink-3"}>{t(`lights.${light}`)}</span>
    </li>
  );
}

/** Does the oracle still check and sign: first that, then its newest prices on the chain, what it passed and what it turned away. */
function Oracle() {
  const t = useTranslations("health");
  const words = useTranslations("oracle");
  const oracle = useOracle();
  const seen = useDashboard("book")?.observed_at;
  const ready = useReady();
  const counters = useDashboard("counters");
  return (
    <Line name={words("oracle")}>
      {oracle ? <span className={cn("block", oracle.state !== "alive" && "text-warn")}>{oracle.words}</span> : null}
      <span className="num block text-2xs whitespace-normal text-ink-3">{seen ? t.rich("signedPricesOf", { age: formatAge(oracle?.ageS), time: () => <Time iso={seen} precision="minutes" /> }) : ready ? t("nothingSignedYet") : NO_DATA}</span>
      {counters ? <span className="num block text-2xs whitespace-normal text-ink-3">{t("oracleChecked", { verified: formatCount(counters.verified), refused: formatCount(counters.refused) })}</span> : null}
    </Line>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-h-8 items-baseline justify-between gap-3 px-3 py-1.5">
      <dt className="label whitespace-nowrap">{name}</dt>
      <dd className="min-w-0 text-right text-xs">{children}</dd>
    </div>
  );
}
