import { cn } from "@/lib/cn";
import { formatMoney, signOf } from "@/lib/format";
import { formatFraction } from "@/lib/measure";

const ARROWS = { [-1]: "▼", 0: "", 1: "▲" } as const;

export function toneOf(value: string | number | null | undefined): string {
  const sign = signOf(value);
  return sign > 0 ? "text-up" : sign < 0 ? "text-down" : "text-ink-2";
}

/** A signed amount: colour, sign and arrow say the same. `faded`: it is old, so colour would say too much. */
export function Delta({ value, arrow = true, faded = false }: { value: string | null | undefined; arrow?: boolean; faded?: boolean }) {
  return (
    <span className={cn("num", faded ? "text-ink-3" : toneOf(value))}>
      {arrow ? <Arrow of={value} /> : null}
      {formatMoney(value, { signed: true })}
    </span>
  );
}

/** A signed share as percent, told the same three ways. */
export function Change({ value, faded = false, className }: { value: string | null | undefined; faded?: boolean; className?: string }) {
  return (
    <span className={cn("num", faded ? "text-ink-3" : toneOf(value), className)}>
      <Arrow of={value} />
      {formatFraction(value, { signed: true })}
    </span>
  );
}

export function Arrow({ of }: { of: string | null | undefined }) {
  const arrow = ARROWS[signOf(of)];
  return arrow === "" ? null : (
    <span aria-hidden className="text-[0.75em]">
      {arrow}{" "}
    </span>
  );
}
