/** Months in years of twelve. Knows nothing of the screen. */
import type { Month } from "@/api/analytics";

export interface Year {
  year: string;
  /** January to December; null where there was no book yet, or not any more. */
  months: (Month | null)[];
  /** The months' returns compounded; null as long as none has one. */
  gain: string | null;
}

export function yearsOf(months: readonly Month[]): Year[] {
  const years = [...new Set(months.map((month) => month.month.slice(0, 4)))].sort();
  return years.map((year) => {
    const twelve = Array.from({ length: 12 }, (_, index) => {
      const name = `${year}-${String(index + 1).padStart(2, "0")}`;
      return months.find((month) => month.month === name) ?? null;
    });
    return { year, months: twelve, gain: compounded(twelve.flatMap((month) => month?.return ?? [])) };
  });
}

/** For the eye only: six digits, as the server sends each month. */
export function compounded(returns: readonly string[]): string | null {
  return returns.length === 0 ? null : (returns.reduce((growth, each) => growth * (1 + Number(each)), 1) - 1).toFixed(6);
}

/** How strong a month's colour is, 0 to 1, beside the strongest of all. */
export function strengthOf(month: Pick<Month, "return">, months: readonly Pick<Month, "return">[]): number {
  const most = Math.max(...months.map((each) => Math.abs(Number(each.return ?? 0))), 0);
  return most === 0 ? 0 : Math.abs(Number(month.return ?? 0)) / most;
}
