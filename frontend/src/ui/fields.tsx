import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/lib/cn";

const BOX = "h-8 w-full min-w-0 rounded-[3px] border border-line-strong bg-sunken px-2 text-ink placeholder:text-ink-3";

export function Field({ label, hint, error, children }: { label: string; hint?: ReactNode; error?: string | null; children: ReactNode }) {
  return (
    <label className="flex min-w-0 flex-col gap-1">
      <span className="label">{label}</span>
      {children}
      {error ? (
        <span role="alert" className="text-2xs text-down">
          {error}
        </span>
      ) : hint ? (
        <span className="text-2xs text-ink-3">{hint}</span>
      ) : null}
    </label>
  );
}

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...rest} className={cn(BOX, className)} />;
}

export function Select({ className, children, ...rest }: ComponentProps<"select">) {
  return (
    <select {...rest} className={cn(BOX, "pr-6", className)}>
      {children}
    </select>
  );
}

interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; text: string }[];
  onChange: (value: T) => void;
  blocked?: string | null;
  small?: boolean;
}

/** A choice of few, all of them in sight. */
export function Segmented<T extends string>({ label, value, options, onChange, blocked, small }: SegmentedProps<T>) {
  return (
    <div role="radiogroup" aria-label={label} title={blocked ?? undefined} className="inline-flex rounded-[3px] border border-line-strong p-px">
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          aria-disabled={Boolean(blocked) || undefined}
          onClick={() => !blocked && option.value !== value && onChange(option.value)}
          className={cn(
            "rounded-[2px] px-2 font-medium whitespace-nowrap",
            small ? "text-2xs h-5" : "h-6 text-xs",
            option.value === value ? (blocked ? "bg-raised text-ink-2" : "bg-act text-act-ink") : blocked ? "text-ink-3" : "text-ink-2 hover:text-ink",
            blocked && "cursor-not-allowed",
          )}
        >
          {option.text}
        </button>
      ))}
    </div>
  );
}
