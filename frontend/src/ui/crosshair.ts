/**
 * Charts of one page whose crosshairs go in step.
 *
 * Knows moments in seconds: the close of a candle, or the time of a point. Knows nothing of what a chart draws.
 */
type Follow = (moment: number | null) => void;

export interface Member {
  /** The pointer is over this moment of mine; `null` when it has left. */
  tell: (moment: number | null) => void;
  leave: () => void;
}

export class Crosshairs {
  private readonly followers = new Set<Follow>();
  private moment: number | null = null;

  join(follow: Follow): Member {
    this.followers.add(follow);
    return {
      tell: (moment) => {
        // What a follower's own chart reports back changes nothing, so that nobody is told twice.
        if (moment === this.moment) return;
        this.moment = moment;
        for (const each of this.followers) if (each !== follow) each(moment);
      },
      leave: () => this.followers.delete(follow),
    };
  }
}

/** One pointer, so one for the whole page. */
export const crosshairs = new Crosshairs();

/** The last of ascending `times` that is not behind `moment`; −1 when all are. */
export function lastAtOrBefore(times: readonly number[], moment: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= moment) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
