import { expect, it } from "vitest";
import { underPeak } from "./drawdown";

const curve = (...values: string[]) => values.map((equity) => ({ equity }));

it("drawdown is measured from the highest equity so far, the first one in", () => {
  expect(underPeak(curve("10000", "9000", "12000", "9000"))).toEqual([0, 9000 / 10000 - 1, 0, 9000 / 12000 - 1]);
});

it("an empty curve has none", () => {
  expect(underPeak([])).toEqual([]);
});
