import { describe, expect, it } from "vitest";
import type { Dashboard, StreamMessage } from "@/api/types";
import { aCycle, aDashboard, aPosition, aPrice, aRejection } from "@/test/builders";
import { parseMessage, reduceDashboard } from "./dashboard-stream";

function after(dashboard: Dashboard, message: StreamMessage): Dashboard {
  const next = reduceDashboard(dashboard, message);
  if (next === undefined) throw new Error("There should be a picture.");
  return next;
}

describe("the picture and what changes it", () => {
  it("takes a snapshot whole and needs one first", () => {
    const snapshot = aDashboard({ seq: 3 });
    expect(reduceDashboard(undefined, { type: "prices", seq: 1, data: [] })).toBeUndefined();
    expect(reduceDashboard(aDashboard(), { type: "snapshot", seq: 3, data: snapshot })).toBe(snapshot);
  });

  it("changes only the prices that changed", () => {
    const eth = aPrice({ market: "ETH-USDT", symbol: "ETH", price: "2700" });
    const before = aDashboard({ prices: [aPrice(), eth] });
    const next = after(before, { type: "prices", seq: 11, data: [aPrice({ price: "60000" })] });
    expect(next.prices.map((price) => price.price)).toEqual(["60000", "2700"]);
    expect(next.prices[1]).toBe(eth);
    expect(next.seq).toBe(11);
  });

  it("takes book, gauges and positions together", () => {
    const { book } = aDashboard();
    const next = after(aDashboard(), { type: "book", seq: 11, data: { book: { ...book, equity: "9000" }, gauges: [], positions: [aPosition()] } });
    expect(next.book.equity).toBe("9000");
    expect(next.positions).toHaveLength(1);
  });

  it("moves a known cycle on and puts a new one first", () => {
    const before = aDashboard({ signals: [aCycle({ id: "b" }), aCycle({ id: "a" })] });
    const moved = after(before, { type: "cycle", seq: 11, data: aCycle({ id: "a", outcome: "TradeSettled" }) });
    expect(moved.signals.map((cycle) => [cycle.id, cycle.outcome])).toEqual([
      ["b", null],
      ["a", "TradeSettled"],
    ]);
    expect(after(before, { type: "cycle", seq: 11, data: aCycle({ id: "c" }) }).signals.map((cycle) => cycle.id)).toEqual(["c", "b", "a"]);
  });

  it("does not grow for ever", () => {
    let dashboard = aDashboard();
    for (let turn = 0; turn < 100; turn += 1) {
      dashboard = after(dashboard, { type: "cycle", seq: turn, data: aCycle({ id: String(turn) }) });
      dashboard = after(dashboard, { type: "rejection", seq: turn, data: aRejection({ cycle_id: String(turn) }) });
    }
    expect(dashboard.signals).toHaveLength(20);
    expect(dashboard.rejections).toHaveLength(20);
  });

  it("appends to the curve and replaces a known time", () => {
    const point = (time: string, equity: string) => ({ time, equity, buy_and_hold: null });
    const before = aDashboard({ equity: [point("2021-05-01T00:00:00Z", "1"), point("2021-05-01T01:00:00Z", "2")] });
    const next = after(before, { type: "equity", seq: 11, data: [point("2021-05-01T01:00:00Z", "3"), point("2021-05-01T02:00:00Z", "4")] });
    expect(next.equity.map((each) => each.equity)).toEqual(["1", "3", "4"]);
  });

  it("leaves everything else as it is, so that what reads it is not drawn again", () => {
    const before = aDashboard();
    const next = after(before, { type: "prices", seq: 11, data: [] });
    expect(next.book).toBe(before.book);
    expect(next.signals).toBe(before.signals);
  });

  it("keeps what a message only says again the same object, so that one new number draws one thing", () => {
    const before = aDashboard();
    const said = JSON.parse(JSON.stringify(before)) as Dashboard;
    const next = after(before, { type: "status", seq: 11, data: { ...said.status, data_clock: "2021-05-01T15:00:00Z" } });
    expect(next.status).not.toBe(before.status);
    expect(next.status.data).toBe(before.status.data);
    expect(after(before, { type: "book", seq: 11, data: { book: said.book, gauges: said.gauges, positions: said.positions } }).book).toBe(before.book);
    expect(after(before, { type: "prices", seq: 11, data: said.prices }).prices[0]).toBe(before.prices[0]);
  });

  it("reads only what is a message", () => {
    expect(parseMessage('{"type":"heartbeat","seq":1}')).toMatchObject({ type: "heartbeat" });
    for (const text of ["", "<html>", "null", "[]", '{"seq":1}']) expect(parseMessage(text)).toBeNull();
  });
});
