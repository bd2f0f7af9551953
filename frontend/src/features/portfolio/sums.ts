/** Small exact sums on decimal strings, in units of 1e-8 like everywhere else, for numbers the page derives for display. */
const SCALE = 8;

export function toUnits(text: string | null | undefined): bigint | null {
  if (text === null || text === undefined || !/^-?\d+(\.\d+)?$/.test(text)) return null;
  const negative = text.startsWith("-");
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const units = BigInt(whole + fraction.slice(0, SCALE).padEnd(SCALE, "0"));
  return negative ? -units : units;
}

export function fromUnits(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(SCALE + 1, "0");
  const text = `${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`.replace(/\.?0+$/, "");
  return units < 0n ? `-${text}` : text;
}

export function difference(a: string | null | undefined, b: string | null | undefined): string | null {
  const left = toUnits(a);
  const right = toUnits(b);
  return left === null || right === null ? null : fromUnits(left - right);
}

/** a · b to eight decimals, towards zero. */
export function product(a: string | null | undefined, b: string | null | undefined): string | null {
  const left = toUnits(a);
  const right = toUnits(b);
  return left === null || right === null ? null : fromUnits((left * right) / 10n ** BigInt(SCALE));
}

/** a / b to eight decimals, towards zero; null without data or for b = 0. */
export function ratio(a: string | null | undefined, b: string | null | undefined): string | null {
  const left = toUnits(a);
  const right = toUnits(b);
  if (left === null || right === null || right === 0n) return null;
  return fromUnits((left * 10n ** BigInt(SCALE)) / right);
}

/** How far equity stands below its peak, as a share of the peak; "0" at or above it. */
export function drawdown(peak: string | null | undefined, equity: string | null | undefined): string | null {
  const fallen = difference(peak, equity);
  if (fallen === null) return null;
  return fallen.startsWith("-") ? "0" : ratio(fallen, peak);
}

/** The part of the daily loss limit that is used up, 0 to 1; 0 on a day with a gain. */
export function lossShare(dayFraction: string | null | undefined, limit: string | null | undefined): number | null {
  if (dayFraction === null || dayFraction === undefined || limit === null || limit === undefined) return null;
  const share = -Number(dayFraction) / Math.abs(Number(limit));
  return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : null;
}
