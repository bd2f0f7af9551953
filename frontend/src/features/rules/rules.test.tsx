// @vitest-environment jsdom
import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderWorded } from "@/test/intl";
import { aGauge } from "@/test/builders";
import { barOf, RuleRow } from ".";

describe("the bar of a rule", () => {
  it("is the used part of the limit", () => {
    expect(barOf(aGauge({ headroom: 0.25 }))).toEqual({ share: 0.75 });
    expect(barOf(aGauge({ headroom: 0 }))).toEqual({ share: 1 });
    expect(barOf(aGauge({ headroom: -0.1 }))).toEqual({ share: 1 });
  });
  it("is the confidence itself with its limit as a mark", () => {
    expect(barOf(aGauge({ id: "RULE-03", unit: "probability", headroom: null, measured: "0.61", limit: "0.65" }))).toEqual({ share: 0.61, limitAt: 0.65 });
  });
  it("is measured against limit where the server gives no headroom", () => {
    expect(barOf(aGauge({ headroom: null, measured: "0.05", limit: "0.2" }))).toEqual({ share: 0.25 });
    expect(barOf(aGauge({ headroom: null, measured: "0.05", limit: "0" }))).toEqual({ share: null });
  });
  it("is empty where nothing is measured or it has no end", () => {
    expect(barOf(aGauge({ unit: "bps", headroom: null, measured: "119", limit: "107" }))).toEqual({ share: null });
    expect(barOf(aGauge({ headroom: null, measured: null }))).toEqual({ share: null });
  });
});

describe("a rule on the page", () => {
  it("shows its id and both numbers with their unit", () => {
    renderWorded(<RuleRow gauge={aGauge({ market: "BTC-USDT" })} />);
    expect(screen.getByText("RULE-01")).toBeVisible();
    expect(screen.getByText("15.00 %").parentElement).toHaveTextContent("15.00 % / 20.00 %");
    expect(screen.getByText("BTC-USDT")).toBeVisible();
  });

  it("says no in words when the limit is reached", () => {
    renderWorded(<RuleRow gauge={aGauge({ state: "AT_LIMIT", headroom: 0 })} />);
    expect(screen.getByRole("meter")).toHaveAttribute("aria-valuetext", "15.00 % of 20.00 %, says no");
  });
});
