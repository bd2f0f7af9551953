/** What the messages of `/ws` mean for the picture the main page shows. Pure: the next picture from the last and one message. */
import { replaceEqualDeep as same } from "@tanstack/react-query";
import type { Cycle, Dashboard, EquityPoint, Rejection, StreamMessage } from "@/api/types";
import type { Protocol } from "./connection";
import { socketUrl } from "./browser";

/** Bounds of the lists, the same as the server's snapshot keeps: a page that stays open for days must not grow. */
const SIGNALS_KEPT = 20;
const REJECTIONS_KEPT = 20;
const EQUITY_KEPT = 3000;

export const dashboardStream: Protocol<Dashboard, StreamMessage> = {
  url: (after) => socketUrl(after === null ? "/ws" : `/ws?after=${after}`),
  parse: parseMessage,
  reduce: reduceDashboard,
  isSnapshot: (message) => message.type === "snapshot",
  isHeartbeat: (message) => message.type === "heartbeat",
};

export function parseMessage(text: string): StreamMessage | null {
  try {
    const message: unknown = JSON.parse(text);
    const shaped = typeof message === "object" && message !== null && "type" in message && "seq" in message;
    return shaped ? (message as StreamMessage) : null;
  } catch {
    return null;
  }
}

/** What a message says again, as most of each does, stays the same object: then nothing is drawn for it. */
export function reduceDashboard(dashboard: Dashboard | undefined, message: StreamMessage): Dashboard | undefined {
  if (message.type === "snapshot") return message.data;
  if (dashboard === undefined || message.type === "heartbeat") return dashboard;
  const next = { ...dashboard, seq: message.seq };
  switch (message.type) {
    case "status":
      return { ...next, status: same(dashboard.status, message.data) };
    case "prices": {
      const changed = new Map(message.data.map((price) => [price.market, price]));
      const known = dashboard.prices.map((price) => same(price, changed.get(price.market) ?? price));
      const added = message.data.filter((price) => !dashboard.prices.some((each) => each.market === price.market));
      return { ...next, prices: [...known, ...added] };
    }
    case "book":
      return {
        ...next,
        book: same(dashboard.book, message.data.book),
        gauges: same(dashboard.gauges, message.data.gauges),
        positions: same(dashboard.positions, message.data.positions),
      };
    case "equity":
      return { ...next, equity: withPoints(dashboard.equity, message.data) };
    case "cycle":
      return { ...next, signals: newestFirst(dashboard.signals, message.data) };
    case "rejection":
      return { ...next, rejections: withRejection(dashboard.rejections, message.data) };
    case "markets":
      return { ...next, markets: same(dashboard.markets, message.data) };
    case "pending":
      return { ...next, pending: same(dashboard.pending, message.data) };
    case "counters":
      return { ...next, counters: same(dashboard.counters, message.data) };
    default:
      return next; // A newer server may say more than this page knows.
  }
}

function newestFirst(cycles: Cycle[], cycle: Cycle): Cycle[] {
  const at = cycles.findIndex((each) => each.id === cycle.id);
  if (at >= 0) return cycles.map((each, index) => (index === at ? cycle : each));
  return [cycle, ...cycles].slice(0, SIGNALS_KEPT);
}

function withRejection(rejections: Rejection[], rejection: Rejection): Rejection[] {
  const others = rejections.filter((each) => each.cycle_id !== rejection.cycle_id);
  return [rejection, ...others].slice(0, REJECTIONS_KEPT);
}

function withPoints(points: EquityPoint[], added: EquityPoint[]): EquityPoint[] {
  let next = points;
  for (const point of added) {
    const last = next.at(-1);
    if (last === undefined || point.time > last.time) next = [...next, point];
    else if (point.time === last.time) next = [...next.slice(0, -1), point];
    else next = next.map((each) => (each.time === point.time ? point : each));
  }
  return next.slice(-EQUITY_KEPT);
}
