import type { CycleDetail } from "@/api/types";
import { formatBps } from "@/lib/format";

/** The signed barriers, as percent of the fill price. */
export function barriersOf(detail: Pick<CycleDetail, "signal">): { takeProfit: string | null; stopLoss: string | null } {
  const signal = detail.signal ?? {};
  const takeProfit = number(signal, "take_profit_bps") ?? number(signal, "takeProfitBps");
  const stopLoss = number(signal, "stop_loss_bps") ?? number(signal, "stopLossBps");
  return {
    takeProfit: takeProfit === null ? null : `+${formatBps(takeProfit)}`,
    stopLoss: stopLoss === null ? null : `−${formatBps(stopLoss)}`,
  };
}

function number(data: Record<string, unknown>, name: string): number | null {
  const value = data[name];
  if (typeof value === "number") return value;
  return typeof value === "string" && /^\d+$/.test(value) ? Number(value) : null;
}
