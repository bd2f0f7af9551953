import { describe, expect, it } from "vitest";
import { formatAge, formatBps, formatCount, formatMoney, formatNumber, formatPrice, formatQuantity, formatTime, NO_DATA, shareOf, shiftPoint, shortHash, signOf } from "./format";
import { formatFraction, formatMeasure } from "./measure";

describe("money", () => {
  it("is formatted from the string, beyond what a float can hold", () => {
    expect(formatNumber("90071992547409931234567.12345678", { digits: 8 })).toBe("90,071,992,547,409,931,234,567.12345678");
    expect(formatMoney("10000.005")).toBe("10,000.01");
  });
  it("shows no data as a dash, never as 0", () => {
    for (const nothing of [null, undefined, "", "NaN", "1e-8", "Infinity"]) expect(formatMoney(nothing)).toBe(NO_DATA);
    expect(formatMoney("0")).toBe("0.00");
  });
  it("writes a true minus, and a plus only where it is asked for", () => {
    expect(formatMoney("-120.8")).toBe("−120.80");
    expect(formatMoney("120.8", { signed: true })).toBe("+120.80");
    expect(formatMoney("0", { signed: true })).toBe("0.00");
  });
  it("keeps every digit of a quantity and no trailing zeros", () => {
    expect(formatQuantity("0.00000001")).toBe("0.00000001");
    expect(formatQuantity("2210.50000000")).toBe("2,210.5");
  });
  it("gives a price the decimals its size calls for", () => {
    expect(formatPrice("57694.27")).toBe("57,694.27");
    expect(formatPrice("1.3391")).toBe("1.3391");
    expect(formatPrice("0.081234")).toBe("0.08123");
    expect(formatPrice("0.00001234")).toBe("0.00001234");
  });
});

describe("shares", () => {
  it("moves the decimal point exactly", () => {
    expect(shiftPoint("0.0525", 2)).toBe("5.25");
    expect(shiftPoint("5", -2)).toBe("0.05");
    expect(shiftPoint("-12.5", -4)).toBe("-0.00125");
    expect(shiftPoint("100", -2)).toBe("1");
    expect(shiftPoint("0", 2)).toBe("0");
    expect(shiftPoint("five", 2)).toBeNull();
  });
  it("reads basis points and fractions as percent", () => {
    expect(formatBps(6543)).toBe("65.43 %");
    expect(formatFraction("0.05")).toBe("5.00 %");
    expect(formatFraction("-0.012345", { signed: true })).toBe("−1.23 %");
    expect(formatFraction(null)).toBe(NO_DATA);
  });
  it("keeps a bar between empty and full, and knows no data", () => {
    expect(shareOf("7", "50")).toBeCloseTo(0.14);
    expect(shareOf("60", "50")).toBe(1);
    expect(shareOf("-1", "50")).toBe(0);
    expect(shareOf(null, "50")).toBeNull();
    expect(shareOf("1", "0")).toBeNull();
  });
  it("shows both sides of a rule in their unit", () => {
    expect(formatMeasure("0.6141", "probability")).toBe("61.41 %");
    expect(formatMeasure("51", "count")).toBe("51");
    expect(formatMeasure("-27", "bps")).toBe("−27 bp");
    expect(formatMeasure("2021-05-01T13:00:00Z", "time")).toBe("2021-05-01 13:00");
    expect(formatMeasure("REDUCING", "state")).toBe("REDUCING");
    expect(formatMeasure(null, "amount")).toBe(NO_DATA);
  });
});

describe("times and the rest", () => {
  it("is UTC, whatever the machine's zone", () => {
    expect(formatTime("2021-05-01T13:00:05Z")).toBe("2021-05-01 13:00:05");
    expect(formatTime("2021-05-01T13:00:05+02:00", "minutes")).toBe("2021-05-01 11:00");
    expect(formatTime(null)).toBe(NO_DATA);
    expect(formatTime("yesterday")).toBe(NO_DATA);
  });
  it("says how long in words of the right size", () => {
    expect([3, 240, 3600, 7500, 259_200].map(formatAge)).toEqual(["3 s", "4 min", "1 h", "2 h 05", "3 d"]);
    expect(formatAge(null)).toBe(NO_DATA);
  });
  it("shortens a hash at both ends", () => {
    expect(shortHash(`0x${"ab".repeat(32)}`)).toBe("0xabab…abab");
    expect(shortHash("0x12")).toBe("0x12");
    expect(shortHash(null)).toBe(NO_DATA);
  });
  it("knows signs and counts", () => {
    expect([signOf("-0.00000001"), signOf("0"), signOf(null), signOf("3")]).toEqual([-1, 0, 0, 1]);
    expect(formatCount(1_234_567)).toBe("1,234,567");
  });
});
