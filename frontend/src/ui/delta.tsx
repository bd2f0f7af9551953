import { cn } from "@/lib/cn";
import { formatBps, formatMoney, signOf } from "@/lib/format";

const ARROWS = { [-1]: "▼", 0: "", 1: "▲" } as const;

export function toneOf(value: string | number | null | undefined): string {
  const sign = signOf(value);
  return sign > 0 ? "text-up" : sign < 0 ? "text-down" : "text-ink-2";
}

/** A signed amount: colour, sign and arrow say the same. */
export function Delta({ value, arrow = false, className }: { value: string | null | undefined; arrow?: boolean; className?: string }) {
  return (
    <span className={cn("num", toneOf(value), className)}>
      {arrow ? <span aria-hidden>{ARROWS[signOf(value)]} </span> : null}
      {formatMoney(value, { signed: true })}
    </span>
  );
}

export function DeltaBps({ bps, className }: { bps: number | string | null | undefined; className?: string }) {
  return <span className={cn("num", toneOf(bps), className)}>{formatBps(bps, { signed: true })}</span>;
}
