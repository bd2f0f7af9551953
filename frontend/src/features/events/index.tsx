"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { client } from "@/api/client";
import { getEvents, type LoggedEvent } from "@/api/generated";
import { answerOf } from "@/api/problem";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import { useReady, useStatus } from "@/live/live";
import { ExportLinks } from "@/ui/export-links";
import { Field, Input } from "@/ui/fields";
import { Hash } from "@/ui/hash";
import { Panel } from "@/ui/panel";
import { Answered, Empty, SkeletonRows } from "@/ui/states";
import { Time } from "@/ui/time";
import { eventHash, firstBreak } from "@/verify/log-chain";

const PAGE = 50;
/** A topic as it stands in the log. */
const EXAMPLE = "TradeSettled";
const TOPIC = /^[A-Za-z.]{0,80}$/;

export interface LogPlace {
  /** Show what follows this position; null: the newest. */
  after: number | null;
  topic: string;
}

/** The append-only log, a page at a time, each page's hash chain recomputed in the browser. */
export function EventLog({ place, onPlace }: { place: LogPlace; onPlace: (place: LogPlace) => void }) {
  const t = useTranslations("events");
  const last = useStatus((status) => status.store.position) ?? null;
  const after = place.after ?? (last === null ? null : Math.max(0, last - PAGE));
  const events = useQuery({
    queryKey: ["events", after, place.topic],
    queryFn: () => answerOf(getEvents({ client, query: { after: place.topic !== "" && place.after === null ? 0 : (after ?? 0), limit: PAGE, ...(place.topic === "" ? {} : { topic: place.topic }) } })),
    enabled: useReady() && after !== null,
    placeholderData: (before) => before,
  });
  const link = "inline-flex h-6 items-center rounded-[3px] border border-line-strong px-2 text-xs font-medium hover:bg-raised";
  const at = (to: number) => `/events?after=${Math.max(0, to)}${place.topic === "" ? "" : `&topic=${place.topic}`}`;
  return (
    <Panel
      title={t("title")}
      note={t("note", { last: formatCount(last) })}
      actions={
        <>
          {after !== null && after > 0 && place.topic === "" ? (
            <Link prefetch={false} className={link} href={at(after - PAGE)}>
              {t("older")}
            </Link>
          ) : null}
          {events.data?.next ? (
            <Link prefetch={false} className={link} href={at(events.data.next)}>
              {t("newer")}
            </Link>
          ) : null}
          <Link prefetch={false} className={link} href="/events">
            {t("newest")}
          </Link>
          <ExportLinks list="events" of={t("title")} />
        </>
      }
    >
      <Filter key={place.topic} place={place} onPlace={onPlace} />
      <Answered query={events} what={t("failed")} loading={<SkeletonRows rows={PAGE} label={t("title")} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty why={t("none")} next={t("noneNext")} />
          ) : (
            <>
              <Chain items={items} filtered={place.topic !== ""} />
              <ol className="divide-y divide-line">
                {items.map((event) => (
                  <Event key={event.position} event={event} />
                ))}
              </ol>
            </>
          )
        }
      </Answered>
    </Panel>
  );
}

function Filter({ place, onPlace }: { place: LogPlace; onPlace: (place: LogPlace) => void }) {
  const t = useTranslations("events");
  const [topic, setTopic] = useState(place.topic);
  return (
    <form
      className="grid grid-cols-[minmax(0,1fr)] gap-3 border-b border-line p-3 sm:pr-[max(0.75rem,calc(100%-24rem))]"
      onSubmit={(event) => {
        event.preventDefault();
        if (TOPIC.test(topic)) onPlace({ after: topic === "" ? null : 0, topic });
      }}
    >
      <Field label={t("topic")} hint={t("topicHint")} error={TOPIC.test(topic) ? null : t("topicWrong")}>
        <Input value={topic} spellCheck={false} placeholder={EXAMPLE} onChange={(event) => setTopic(event.target.value.trim())} />
      </Field>
    </form>
  );
}

/** Whether this page's entries follow from one another, recomputed here. */
function Chain({ items, filtered }: { items: readonly LoggedEvent[]; filtered: boolean }) {
  const t = useTranslations("events");
  const changed = filtered ? items.find((event) => eventHash(event) !== event.hash) : undefined;
  const broken = filtered ? changed && { position: changed.position } : firstBreak(items);
  return (
    <p role={broken ? "alert" : "status"} data-chain={broken ? "broken" : "whole"} className={cn("px-3 py-1.5 text-xs font-medium", broken ? "bg-down-wash text-down" : "text-up")}>
      {broken ? t("broken", { position: formatCount(broken.position) }) : t(filtered ? "eachWhole" : "whole", { from: formatCount(items[0]?.position), to: formatCount(items.at(-1)?.position) })}
    </p>
  );
}

function Event({ event }: { event: LoggedEvent }) {
  const t = useTranslations("events");
  const [kind, name] = event.topic.split(".");
  return (
    <li className="px-3 py-1.5">
      <details>
        <summary className="min-h-6">
          <span className="inline-flex max-w-[calc(100%-1.5rem)] flex-wrap items-baseline gap-x-3 align-top">
            <span className="num text-xs text-ink-3">{formatCount(event.position)}</span>
            <span className="font-medium">{name ?? kind}</span>
            <span className="text-xs text-ink-3">{name ? kind : ""}</span>
            <span className="num text-xs text-ink-3"><Time iso={event.time} /></span>
          </span>
        </summary>
        <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-xs">
          <dt className="text-ink-3">{t("hash")}</dt>
          <dd>
            <Hash value={event.hash} keep={8} />
          </dd>
          <dt className="text-ink-3">{t("previous")}</dt>
          <dd>
            <Hash value={event.previous} keep={8} />
          </dd>
          <dt className="text-ink-3">{t("stream")}</dt>
          <dd className="font-mono break-all">
            {kind === "TradeCycle" ? (
              <Link prefetch={false} href={`/trades?id=${event.stream}`} className="underline underline-offset-2">
                {event.stream}
              </Link>
            ) : (
              event.stream
            )}{" "}
            <span className="text-ink-3">{t("version", { version: event.version })}</span>
          </dd>
        </dl>
        <pre tabIndex={0} className="mt-1 max-h-72 overflow-auto rounded-[3px] bg-sunken p-2 font-mono text-2xs break-all whitespace-pre-wrap">
          {JSON.stringify(event.data, null, 2)}
        </pre>
      </details>
    </li>
  );
}
