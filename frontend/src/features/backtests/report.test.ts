import { describe, expect, test } from "vitest";
import { commandOf, feeOf, isFee, type Plan, type Report } from "./report";

const plan = {
  strategy: "technical", params: { rsi_weight: 40 }, confidence: "assumed 0.9900", markets: ["BTC-USDT"], start: 1_733_097_600, end: 1_733_184_000,
  venue: { min_notional: "10", participation: "0.1" }, limits: { fee_bps: 5 },
} as unknown as Plan;

test("the command of a run names all that makes it another run than the usual one", () => {
  const words = commandOf({ plan, initial: "500" } as unknown as Report).split(" \\\n  ");

  expect(words).toEqual([
    "tradeseal backtest", "--strategy technical", "--param rsi_weight=40", "--markets BTC", "--from 2024-12-02T00:00Z", "--to 2024-12-03T00:00Z",
    "--cash 500", "--fee 0.0005", "--min-notional 10", "--participation 0.1", "--assume-confidence 0.9900",
  ]);
});

describe("a fee", () => {
  test("that is the usual one is not told", () => {
    expect(feeOf({ ...plan, limits: undefined })).toBeUndefined();
    expect(feeOf({ ...plan, limits: { fee_bps: 0 } })).toBe("0");
  });

  test.each(["0", "0.0005", "0.001", "0.1"])("%s is one", (text) => expect(isFee(text)).toBe(true));
  test.each(["", "-0.001", "0.00005", "0.1001", "1", "5 bps"])("%s is none", (text) => expect(isFee(text)).toBe(false));
});
