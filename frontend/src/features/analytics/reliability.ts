/**
 * Where the points of a reliability diagram stand.
 *
 * Knows shares between 0 and 1 and a square of 100 by 100. Knows nothing of React or of how a share was found.
 */
import type { ReliabilityPoint } from "@/api/calibration";

export interface Placed {
  point: ReliabilityPoint;
  x: number;
  y: number;
  /** Wilson's bounds of what came true. */
  top: number;
  bottom: number;
  radius: number;
}

export interface Diagram {
  /** The share at the left and bottom, and at the right and top: the same on both axes, so that honest is the diagonal. */
  from: number;
  to: number;
  ticks: number[];
  points: Placed[];
  /** A share's place on either axis, from the left or from the bottom. */
  at: (share: number) => number;
}

const STEP = 0.1;

export function diagramOf(bins: readonly ReliabilityPoint[], gate: string): Diagram {
  const shares = bins.flatMap((bin) => [bin.said, bin.came_true_low, bin.came_true_high]).concat(gate).map(Number);
  const from = Math.max(0, Math.floor(Math.min(...shares) / STEP) * STEP);
  const to = Math.min(1, Math.ceil(Math.max(...shares) / STEP) * STEP);
  const at = (share: number) => (100 * (share - from)) / Math.max(to - from, STEP);
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  const ticks = Array.from({ length: Math.round((to - from) / STEP) + 1 }, (_, index) => Number((from + index * STEP).toFixed(1)));
  const points = bins.map((point) => ({
    point,
    x: at(Number(point.said)),
    y: 100 - at(Number(point.came_true)),
    top: 100 - at(Number(point.came_true_high)),
    bottom: 100 - at(Number(point.came_true_low)),
    radius: 3 + 4 * Math.sqrt(point.count / most),
  }));
  return { from, to, ticks, points, at };
}
