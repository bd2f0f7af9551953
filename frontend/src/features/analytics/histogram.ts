/** Bars of a histogram in a box of 100 by 100. Knows nothing of the screen. */
import type { ProfitBin } from "@/api/analytics";

export interface Bar {
  bin: ProfitBin;
  x: number;
  width: number;
  height: number;
  /** On which side of zero all of it lies; 0 when zero is inside. */
  side: -1 | 0 | 1;
}

export interface Histogram {
  bars: Bar[];
  /** Where zero stands, or null when it is outside. */
  zero: number | null;
  /** Whole counts from 0 upwards; the last is the top of the box. */
  ticks: number[];
}

const BOX = 100;

export function histogramOf(bins: readonly ProfitBin[]): Histogram {
  const low = Number(bins[0]?.from ?? 0);
  const high = Number(bins.at(-1)?.to ?? 0);
  const ticks = countTicks(Math.max(...bins.map((bin) => bin.count), 0));
  const top = ticks.at(-1) ?? 1;
  // All sales brought the same: one bin without a width takes the whole box.
  const at = (value: number) => (high > low ? ((value - low) / (high - low)) * BOX : value === low ? 0 : BOX);
  const bars = bins.map((bin): Bar => {
    const [from, to] = [Number(bin.from), Number(bin.to)];
    const x = at(from);
    return { bin, x, width: high > low ? at(to) - x : BOX, height: (bin.count / top) * BOX, side: from >= 0 && to > 0 ? 1 : to <= 0 && from < 0 ? -1 : 0 };
  });
  return { bars, zero: low < 0 && high > 0 ? at(0) : null, ticks };
}

/** At most five whole, round steps that reach over the highest count. */
export function countTicks(most: number): number[] {
  if (most <= 0) return [0, 1];
  let step = 1;
  for (let power = 1; ; power *= 10) {
    const fitting = [1, 2, 5].map((each) => each * power).find((each) => most / each <= 4);
    if (fitting !== undefined) {
      step = fitting;
      break;
    }
  }
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) => index * step);
}
