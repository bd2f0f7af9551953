/** The four ceilings of the mandate, which no limit may pass (RULES.md, "Parameters"): what a stranger compares with. */
export const CEILINGS: Readonly<Record<string, { value: number; direction: "≤" | "≥" }>> = {
  maxPositionBps: { value: 2000, direction: "≤" },
  maxDailyLossBps: { value: 500, direction: "≤" },
  minConfidenceBps: { value: 6500, direction: "≥" },
  maxTradesPerDay: { value: 50, direction: "≤" },
};
