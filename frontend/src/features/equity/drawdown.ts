/** How far under its highest value so far equity stood at each point: 0 or a negative share of one, for pictures only. */
export function underPeak(points: readonly { equity: string }[]): number[] {
  let peak = 0;
  return points.map(({ equity }) => {
    const value = Number(equity);
    peak = Math.max(peak, value);
    return peak > 0 ? value / peak - 1 : 0;
  });
}
