import { describe, expect, it } from "vitest";
import { placeOf } from "./search";

const MARKETS = ["BTC-USDT", "ETH-USDT"];
const CONTRACTS = [{ name: "RiskBook", address: `0x${"ab".repeat(20)}` }];
const place = (text: string) => placeOf(text, MARKETS, CONTRACTS);

describe("what is typed into the search", () => {
  it("is a block by its number, however it is written", () => {
    expect(place("1204")?.href).toBe("/block?n=1204");
    expect(place(" 1,204 ")?.href).toBe("/block?n=1204");
  });
  it("is an address or a contract's name", () => {
    expect(place(`0x${"AB".repeat(20)}`)?.href).toBe(`/address?a=0x${"ab".repeat(20)}`);
    expect(place("riskbook")?.href).toBe(`/address?a=0x${"ab".repeat(20)}`);
  });
  it("is a trade by its id and a market by its name", () => {
    expect(place("0b6f0d3e-9a5b-5c6d-8e7f-001122334455")?.href).toBe("/trades?id=0b6f0d3e-9a5b-5c6d-8e7f-001122334455");
    expect(place("eth")?.href).toBe("/trades?market=ETH-USDT");
    expect(place("BTC/USDT")?.href).toBe("/trades?market=BTC-USDT");
  });
  it("is asked of the chain when it is 32 bytes, and nothing when it is nonsense", () => {
    expect(place("ab".repeat(32))).toBeUndefined();
    expect(place("wat")).toBeNull();
    expect(place("")).toBeNull();
    expect(place("0xabc")).toBeNull();
  });
});
