import { expect, it } from "vitest";
import { Crosshairs, lastAtOrBefore } from "./crosshair";

it("tells every other chart the moment under the pointer, and nobody twice", () => {
  const crosshairs = new Crosshairs();
  const heard: string[] = [];
  const candles = crosshairs.join((moment) => heard.push(`candles ${moment}`));
  const equity = crosshairs.join((moment) => {
    heard.push(`equity ${moment}`);
    equity.tell(moment); // as a chart does whose crosshair was moved by us
  });

  candles.tell(3600);
  candles.tell(3600);
  candles.tell(null);
  equity.leave();
  candles.tell(7200);

  expect(heard).toEqual(["equity 3600", "equity null"]);
});

it.each([
  [5, -1],
  [10, 0],
  [19, 0],
  [20, 1],
  [99, 2],
])("finds the last point at or before %i", (moment, place) => {
  expect(lastAtOrBefore([10, 20, 30], moment)).toBe(place);
});
