import { expect, it } from "vitest";
import { difference, drawdown, fromUnits, lossShare, product, ratio, toUnits } from "./sums";

it("reads and writes units of 1e-8 exactly", () => {
  for (const text of ["0", "10000", "-1.5", "0.00000001", "-120.81234567", "123456789012345678.5"]) expect(fromUnits(toUnits(text) ?? 0n)).toBe(text);
  for (const nothing of [null, undefined, "", "1e-8"]) expect(toUnits(nothing)).toBeNull();
});

it("subtracts where floats would not", () => {
  expect(difference("0.3", "0.1")).toBe("0.2");
  expect(difference("0.3", null)).toBeNull();
});

it("multiplies to eight decimals, towards zero", () => {
  expect(product("10054.99085529", "-0.05")).toBe("-502.74954276");
  expect(product("0.00000001", "0.5")).toBe("0");
  expect(product(null, "1")).toBeNull();
});

it("divides to eight decimals and not by zero", () => {
  expect(ratio("575.14", "10000")).toBe("0.057514");
  expect(ratio("-1", "3")).toBe("-0.33333333");
  expect(ratio("1", "0")).toBeNull();
});

it("measures the drawdown from the peak, none above it", () => {
  expect(drawdown("10000", "9000")).toBe("0.1");
  expect(drawdown("10000", "10001")).toBe("0");
  expect(drawdown(null, "1")).toBeNull();
});

it("counts only losses against the daily limit", () => {
  expect(lossShare("-0.025", "0.05")).toBeCloseTo(0.5);
  expect(lossShare("0.03", "0.05")).toBe(0);
  expect(lossShare("-0.2", "0.05")).toBe(1);
  expect(lossShare(null, "0.05")).toBeNull();
});
