import { expect, it } from "vitest";
import { aCandle, someCandles } from "@/test/builders";
import { joinCandles } from "./candles";

const at = (hour: number) => `2021-05-01T${String(hour).padStart(2, "0")}:00:00Z`;

it("lays the tail over the end of what is known", () => {
  const known = someCandles([aCandle(at(1)), aCandle(at(2)), aCandle(at(3), "old")]);
  const joined = joinCandles(known, someCandles([aCandle(at(3), "new"), aCandle(at(4))]));
  expect(joined?.candles.map((candle) => [candle.open_time, candle.close])).toEqual([
    [at(1), "100"],
    [at(2), "100"],
    [at(3), "new"],
    [at(4), "100"],
  ]);
});

it("lays the tail of each curve over its end, candle by candle", () => {
  const curve = (...values: (number | null)[]) => ({ curves: [{ name: "rsi_14", values }] });
  const known = someCandles([aCandle(at(1)), aCandle(at(2)), aCandle(at(3))], curve(null, 20, 30));
  const joined = joinCandles(known, someCandles([aCandle(at(3)), aCandle(at(4))], curve(33, 44)));
  expect(joined?.curves).toEqual([{ name: "rsi_14", values: [null, 20, 33, 44] }]);
  expect(joinCandles(known, someCandles([aCandle(at(3))]))).toBeNull();
});

it("asks for everything when there is a hole, nothing, or time went back", () => {
  const known = someCandles([aCandle(at(5))]);
  expect(joinCandles(known, someCandles([aCandle(at(7))]))).toBeNull();
  expect(joinCandles(known, someCandles([]))).toBeNull();
  expect(joinCandles(known, someCandles([aCandle(at(1)), aCandle(at(2))]))).toBeNull();
});
