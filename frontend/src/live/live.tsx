"use client";

/** One live connection for the whole page, and hooks that read slices of it. A component is drawn again only when its slice changes. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import { useDashboardRequest } from "@/api/dashboard";
import type { Dashboard, Status, StreamMessage } from "@/api/types";
import { everySecond, presentSecond } from "@/lib/clock";
import { PREPARATIONS } from "@/lib/format";
import { oneByOneWhenIdle } from "@/lib/idle";
import { quoteOf } from "@/lib/market";
import { browser } from "./browser";
import { LiveConnection, type LiveState } from "./connection";
import { dashboardStream } from "./dashboard-stream";
import { Unveiling } from "./unveiling";

type Connection = LiveConnection<Dashboard, StreamMessage>;
const LiveContext = createContext<Connection | null>(null);

/** As the eye goes over the page. */
const PARTS: readonly (keyof Dashboard)[] = ["book", "prices", "positions", "markets", "gauges", "equity", "counters", "rejections", "signals"];
const unveiling = new Unveiling(PARTS, browser.onFrame);

/** Prices older than this lose their colour. */
export const STALE_AFTER_S = 3;
const POLL_WHILE_DOWN_MS = 4000;

export function LiveProvider({ children }: { children: ReactNode }) {
  const [connection] = useState<Connection>(() => new LiveConnection(dashboardStream, browser));
  useEffect(() => {
    const end = connection.watch(() => {
      if (connection.current().data?.status.ready) unveiling.begin();
    });
    connection.start();
    const callOff = oneByOneWhenIdle(PREPARATIONS);
    return () => {
      callOff();
      connection.stop();
      end();
    };
  }, [connection]);
  return (
    <LiveContext.Provider value={connection}>
      <FirstPicture />
      {children}
    </LiveContext.Provider>
  );
}

/** The picture by one request, at once and while the line is down, so that the page never waits for the socket. */
function FirstPicture() {
  const connection = useConnection();
  const down = useLive((live) => live.link.link === "waiting");
  const { data, dataUpdatedAt } = useDashboardRequest(down ? POLL_WHILE_DOWN_MS : false);
  useAskAgainWhenBack();
  useWholePictureWhenReady();
  useEffect(() => {
    if (data !== undefined) connection.offer(data, data.seq);
  }, [connection, data, dataUpdatedAt]);
  return null;
}

/** The server's picture from before it was ready lacks the past (the equity curve, older signals): take a whole one once. */
function useWholePictureWhenReady(): void {
  const connection = useConnection();
  const ready = useLive((live) => live.data?.status.ready);
  const before = useRef(ready);
  useEffect(() => {
    if (before.current === false && ready) connection.refresh();
    before.current = ready;
  }, [connection, ready]);
}

/** A line that comes back may lead to a server that began anew: what failed meanwhile, and the session, are asked for again. */
function useAskAgainWhenBack(): void {
  const cache = useQueryClient();
  const open = useLive((live) => live.link.link === "open");
  const wasOpen = useRef(false);
  useEffect(() => {
    if (!open) return;
    if (wasOpen.current) void cache.invalidateQueries({ predicate: (query) => query.queryKey[0] === "session" || query.state.status === "error" });
    wasOpen.current = true;
  }, [cache, open]);
}

export function useConnection(): Connection {
  const connection = useContext(LiveContext);
  if (connection === null) throw new Error("useConnection needs a LiveProvider above it.");
  return connection;
}

const NOTHING: LiveState<Dashboard> = { data: undefined, link: { link: "closed" }, heardAtMs: 0, seq: 0 };

export function useLive<R>(select: (live: LiveState<Dashboard>) => R): R {
  const connection = useConnection();
  return useSyncExternalStore(
    connection.watch,
    () => select(connection.current()),
    () => select(NOTHING),
  );
}

/**
 * One part of the dashboard; undefined until there is something to show. While the engine starts, the server's counts are
 * all zero because nothing has been read yet: that is no data, not "nothing happened".
 */
export function useDashboard<K extends keyof Dashboard>(part: K): Dashboard[K] | undefined {
  const connection = useConnection();
  return useSyncExternalStore(
    useBoth(connection.watch, unveiling.watch),
    () => {
      const { data } = connection.current();
      return part === "status" || (data?.status.ready && unveiling.has(part)) ? data?.[part] : undefined;
    },
    () => undefined,
  );
}

/** Of the status only what is chosen: it changes with every candle, its parts seldom do. */
export function useStatus<R>(select: (status: Status) => R): R | undefined {
  return useLive(({ data }) => (data === undefined ? undefined : select(data.status)));
}

/** The currency that everything is counted in, as a market's name tells it. */
export function useQuote(): string {
  return quoteOf(useStatus((status) => status.data.markets[0]));
}

/** Are the prices made up? */
export function useSynthetic(): boolean | undefined {
  return useStatus((status) => status.data.synthetic);
}

/** Is the engine there to be asked? Before that, questions would only come back as "still starting". */
export function useReady(): boolean {
  return useLive(({ data }) => data?.status.ready ?? false);
}

/** Whether the feed has been silent for too long, and then for how many seconds; a feed that speaks draws nothing here. */
export function useFeedAge(): { ageS: number | null; stale: boolean } {
  const connection = useConnection();
  const silentS = useSyncExternalStore(
    useBoth(connection.watch, everySecond),
    () => silenceOf(connection.current().heardAtMs),
    () => 0,
  );
  return { ageS: silentS === 0 ? null : silentS, stale: silentS > 0 };
}

type Watch = (tell: () => void) => () => void;

/** Told by either of two. */
function useBoth(one: Watch, other: Watch): Watch {
  return useCallback(
    (tell) => {
      const ends = [one(tell), other(tell)];
      return () => ends.forEach((end) => end());
    },
    [one, other],
  );
}

/** Seconds of silence; 0 while it is short enough. */
function silenceOf(heardAtMs: number): number {
  const second = presentSecond();
  if (heardAtMs === 0 || second === 0) return 0;
  const ageS = second - Math.floor(heardAtMs / 1000);
  return ageS > STALE_AFTER_S ? ageS : 0;
}
