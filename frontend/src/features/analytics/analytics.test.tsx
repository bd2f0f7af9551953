// @vitest-environment jsdom
import { fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { IntlProvider, createTranslator } from "use-intl";
import { renderWorded } from "@/test/intl";
import english from "@/messages/en.json";
import indonesian from "@/messages/id.json";
import type { CurvePoint, Metric, Month, ProfitBin } from "@/api/analytics";
import { summaryOf } from "./curve";
import { Distribution } from "./distribution";
import { formatMs, grouped, shownMetric } from "./figures";
import { countTicks, histogramOf } from "./histogram";
import { Figure } from "./metric-grid";
import { Monthly } from "./monthly";
import { compounded, strengthOf, yearsOf } from "./months";

const aMetric = (part: Partial<Metric> = {}): Metric => ({
  id: "win_rate", title: "Win rate", unit: "share", value: "0.5714", text: null, enough: true, observations: 35, needed: 30, formula: "Wins ÷ (wins + losses).", ...part,
}); // prettier-ignore
const aMonth = (part: Partial<Month> = {}): Month => ({
  month: "2021-05", return: "0.01", realised: "100", fees: "9.1", trades: 40, exits: 20, wins: 12, losses: 8, complete: true, ...part,
}); // prettier-ignore
const aBin = (from: string, to: string, count: number): ProfitBin => ({ from, to, count });

describe("a metric", () => {
  it("is written in its unit, with a sign where the sign is the news", () => {
    expect(shownMetric(aMetric()).text).toBe("57.14 %");
    expect(shownMetric(aMetric({ id: "total_return", value: "0.0123" })).text).toBe("+1.23 %");
    expect(shownMetric(aMetric({ id: "total_pnl", unit: "usdt", value: "-1234.567" })).text).toBe("−1,234.57");
    expect(shownMetric(aMetric({ id: "sharpe", unit: "ratio", value: "1.234567" })).text).toBe("1.23");
    expect(shownMetric(aMetric({ id: "exits", unit: "count", value: "0" })).text).toBe("0");
  });
  it("without a value says why, and is never 0", () => {
    expect(shownMetric(aMetric({ value: null, text: "not enough data", enough: false }))).toEqual({ text: "not enough data", isNumber: false, signed: false });
    expect(shownMetric(aMetric({ id: "profit_factor", unit: "ratio", value: null, text: "no losing trade" })).text).toBe("no losing trade");
    expect(shownMetric(aMetric({ value: null, text: null })).text).toBe("—");
  });
  it("says how many it was counted from when they are enough", async () => {
    renderWorded(
      <>
        <Figure metric={aMetric({ observations: 30 })} />
      </>,
    );
    fireEvent.focus(screen.getByRole("button", { name: "Win rate" }));
    expect(await screen.findByRole("tooltip")).toHaveTextContent(/30 observations$/);
  });
  it("is named in the reader's language, and one that no message names keeps the server's words", () => {
    render(
      <IntlProvider locale="id" messages={indonesian as typeof english} timeZone="UTC">
        <>
          <Figure metric={aMetric()} />
          <Figure metric={aMetric({ id: "a_new_one" as Metric["id"], title: "A new one" })} />
          <Figure metric={aMetric({ id: "profit_factor", value: null, text: "no losing trade" })} />
        </>
      </IntlProvider>,
    );
    expect(screen.getAllByRole("button").map((name) => name.textContent)).toEqual(["Tingkat menang", "A new one", "Faktor untung"]);
    expect(screen.getByText("tidak ada transaksi rugi")).toBeVisible();
  });
  it("stands with its subject, and is not lost when no subject names it", () => {
    const groups = grouped([aMetric({ id: "sharpe" }), aMetric({ id: "wins" }), aMetric({ id: "a_new_one" as Metric["id"] })]);
    expect(groups.map((group) => group.metrics.map((metric) => metric.id))).toEqual([[], ["sharpe"], ["wins", "a_new_one"]]);
  });
  it("tells its formula on keyboard focus, and keeps it on a tap", async () => {
    renderWorded(
      <>
        <Figure metric={aMetric({ value: null, text: "not enough data", enough: false, observations: 12 })} />
      </>,
    );
    const name = screen.getByRole("button", { name: "Win rate" });
    expect(screen.queryByRole("tooltip")).toBeNull();
    fireEvent.pointerDown(name, { pointerType: "touch" });
    fireEvent.focus(name);
    fireEvent.click(name);
    expect(await screen.findByRole("tooltip")).toHaveTextContent("Wins ÷ (wins + losses), of sales; break-evens apart.");
    expect(screen.getByRole("tooltip")).toHaveTextContent("12 of 30 observations");
    expect(screen.getByText("not enough data")).toBeVisible();
    fireEvent.keyDown(document, { key: "Escape" });
    expect(screen.queryByRole("tooltip")).toBeNull();
  });
});

describe("a latency", () => {
  it("is written in the unit that fits", () => {
    expect(["0.4", "8.14", "421.6", "1240", "119000", null].map(formatMs)).toEqual(["0.4 ms", "8.1 ms", "422 ms", "1.24 s", "1 min", "—"]);
  });
});

describe("months", () => {
  it("fill years of twelve, with nothing where there was no book", () => {
    const years = yearsOf([aMonth({ month: "2022-01" }), aMonth({ month: "2021-12", return: "-0.02" })]);
    expect(years.map((year) => year.year)).toEqual(["2021", "2022"]);
    expect(years[0]?.months.map((month) => month?.return ?? null)).toEqual([...Array<null>(11).fill(null), "-0.02"]);
    expect(years[0]?.gain).toBe("-0.020000");
  });
  it("compound, and a year without a finished day has no return", () => {
    expect(compounded(["0.1", "-0.1"])).toBe("-0.010000");
    expect(compounded([])).toBeNull();
    expect(yearsOf([aMonth({ return: null, complete: false })])[0]?.gain).toBeNull();
  });
  it("are coloured beside the strongest", () => {
    const all = [aMonth({ return: "-0.04" }), aMonth({ return: "0.01" }), aMonth({ return: null })];
    expect(all.map((month) => strengthOf(month, all))).toEqual([1, 0.25, 0]);
    expect(strengthOf(aMonth({ return: "0" }), [aMonth({ return: "0" })])).toBe(0);
  });
  it("show sign, number and that one is not over", () => {
    renderWorded(<Monthly months={[aMonth({ return: "-0.0123", complete: false })]} />);
    expect(screen.getByText("May").closest("li")).toHaveTextContent(/so far.*−1.23 %/);
    expect(screen.getByText("Jan").closest("li")).toHaveTextContent("—");
  });
  it("say why there are none", () => {
    renderWorded(<Monthly months={[]} />);
    expect(screen.getByText("No month has begun.")).toBeVisible();
  });
});

describe("the histogram", () => {
  it("spans its values, tells the side of zero and where zero stands", () => {
    const { bars, zero, ticks } = histogramOf([aBin("-50", "-25", 1), aBin("-25", "25", 4), aBin("25", "50", 2)]);
    expect(bars.map(({ x, width, height, side }) => [x, width, height, side])).toEqual([[0, 25, 25, -1], [25, 50, 100, 0], [75, 25, 50, 1]]); // prettier-ignore
    expect(zero).toBe(50);
    expect(ticks).toEqual([0, 1, 2, 3, 4]);
  });
  it("draws one value, only losses and only profits", () => {
    expect(histogramOf([aBin("5", "5", 3)]).bars[0]).toMatchObject({ x: 0, width: 100, side: 1 });
    expect(histogramOf([aBin("-5", "-1", 3)])).toMatchObject({ zero: null, bars: [{ side: -1 }] });
    expect(histogramOf([])).toEqual({ bars: [], zero: null, ticks: [0, 1] });
  });
  it("counts in whole, round steps", () => {
    expect(countTicks(1)).toEqual([0, 1]);
    expect(countTicks(7)).toEqual([0, 2, 4, 6, 8]);
    expect(countTicks(1234)).toEqual([0, 500, 1000, 1500]);
  });
  it("is a table as well", () => {
    renderWorded(<Distribution results={{ distribution: [aBin("-50", "-25", 3), aBin("-25", "0", 12)] }} />);
    fireEvent.click(screen.getByRole("button", { name: "P&L of sales as a table" }));
    expect(screen.getAllByRole("row").map((row) => row.textContent)).toEqual(["FromBelowSales", "−50.00−25.003", "−25.000.0012"]);
  });
  it("says why there is none", () => {
    renderWorded(<Distribution results={{ distribution: [] }} />);
    expect(screen.getByText("Nothing has been sold yet.")).toBeVisible();
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("the curve in words", () => {
  it("names both ends and the deepest fall", () => {
    const point = (time: string, equity: string, drawdown: string): CurvePoint => ({ time, equity, low: equity, buy_and_hold: "10100", drawdown, low_drawdown: drawdown });
    const t = createTranslator({ locale: "en", messages: english, namespace: "analytics" });
    const told = summaryOf([point("2021-05-01T00:00:00Z", "10000", "0"), point("2021-05-02T00:00:00Z", "9500", "-0.05"), point("2021-05-03T00:00:00Z", "9800", "-0.02")], "10000");
    expect(t("described", told)).toBe(
      "From 2021-05-01 00:00 to 2021-05-03 00:00 equity went from 10,000.00 to 9,800.00, buy and hold to 10,100.00, the deepest drawdown was −5.00 % at 2021-05-02 00:00.",
    );
  });
});
