// @vitest-environment jsdom
import { expect, it } from "vitest";
import { keepInAddress } from "./address";

it("keeps a state in the address, without what is empty, and as one place of the history", () => {
  const places = window.history.length;

  keepInAddress("/trades", { market: "BTC-USDT", side: undefined, rule: "" });
  expect(window.location.href).toBe(`${window.location.origin}/trades?market=BTC-USDT`);

  keepInAddress("/trades", {});
  expect(window.location.href).toBe(`${window.location.origin}/trades`);
  expect(window.history.length).toBe(places);
});
