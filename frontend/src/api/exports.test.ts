import { describe, expect, it } from "vitest";
import { exportAddress, fillsAddress } from "./exports";

describe("the address of a file", () => {
  it("names its list and format, and the filter as far as it is set", () => {
    expect(exportAddress("records", "json")).toBe("/api/smartcontract/records/export?format=json");
    expect(exportAddress("trades", "csv", { market: "BTC-USDT", side: "", outcome: undefined })).toBe("/api/trades/export?format=csv&market=BTC-USDT");
  });
  it("leaves out what a fill does not have", () => {
    expect(fillsAddress()).toBe("/api/trades/fills.csv");
    expect(fillsAddress({ market: "BTC-USDT", outcome: "SETTLED", kind: "ENTRY" })).toBe("/api/trades/fills.csv?market=BTC-USDT");
  });
});
