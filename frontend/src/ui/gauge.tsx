import { cn } from "@/lib/cn";

export type GaugeState = "within" | "near" | "failed" | "off";

const FILLS: Record<GaugeState, string> = { within: "bg-up", near: "bg-warn", failed: "bg-down", off: "bg-line-strong" };

interface GaugeProps {
  /** What is measured, for screen readers. */
  label: string;
  /** Share of the whole bar, 0 to 1; `null` draws an empty, hatched bar: not measured. */
  share: number | null;
  state: GaugeState;
  /** Where on the bar the limit stands; 1 when the bar ends at the limit. */
  limitAt?: number;
  valueText: string;
  className?: string;
}

/** A bar for one number against its limit. Length is for the eye; the exact numbers always stand beside it. */
export function Gauge({ label, share, state, limitAt = 1, valueText, className }: GaugeProps) {
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? 0 : Math.round(share * 100)}
      aria-valuetext={valueText}
      className={cn("relative h-1.5 overflow-hidden rounded-[1px] bg-raised", share === null && "hatch", className)}
    >
      {share !== null ? (
        <div
          className={cn("absolute inset-y-0 left-0 w-full origin-left", FILLS[state])}
          style={{ transform: `scaleX(${share})` }}
        />
      ) : null}
      {limitAt < 1 ? <div className="absolute inset-y-0 w-0.5 bg-ink" style={{ left: `${limitAt * 100}%` }} /> : null}
    </div>
  );
}
