import { expect, it } from "vitest";
import { diagramOf } from "./reliability";

const aBin = (said: string, came_true: string, count = 100) => ({ low: said, high: said, said, came_true, came_true_low: came_true, came_true_high: came_true, count });

it("draws a forecaster who keeps his word on the diagonal", () => {
  const { points } = diagramOf([aBin("0.45", "0.45"), aBin("0.72", "0.72")], "0.65");
  for (const { x, y } of points) expect(x).toBeCloseTo(100 - y);
});

it("draws overconfidence below the diagonal, and both axes in tenths around all that is shown", () => {
  const { points, from, to, ticks } = diagramOf([aBin("0.72", "0.55")], "0.65");
  expect(100 - (points[0]?.y ?? 0)).toBeLessThan(points[0]?.x ?? 0);
  expect([from, to]).toEqual([0.5, 0.8]);
  expect(ticks).toEqual([0.5, 0.6, 0.7, 0.8]);
});

it("draws a larger dot for more signals", () => {
  const [few, many] = diagramOf([aBin("0.5", "0.5", 10), aBin("0.6", "0.6", 1000)], "0.65").points;
  expect(few?.radius).toBeLessThan(many?.radius ?? 0);
});
