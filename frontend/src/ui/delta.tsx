import { cn } from "@/lib/cn";
import { formatMoney, signOf } from "@/lib/format";

const ARROWS = { [-1]: "▼", 0: "", 1: "▲" } as const;

export function toneOf(value: string | number | null | undefined): string {
  const sign = signOf(value);
  return sign > 0 ? "text-up" : sign < 0 ? "text-down" : "text-ink-2";
}

/** A signed amount: colour, sign and arrow say the same. `faded`: it is old, so colour would say too much. */
export function Delta({ value, arrow = false, faded = false }: { value: string | null | undefined; arrow?: boolean; faded?: boolean }) {
  return (
    <span className={cn("num", faded ? "text-ink-3" : toneOf(value))}>
      {arrow ? <span aria-hidden>{ARROWS[signOf(value)]} </span> : null}
      {formatMoney(value, { signed: true })}
    </span>
  );
}
