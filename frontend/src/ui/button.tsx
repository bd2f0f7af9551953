import { useId, type ComponentProps, type ReactNode } from "react";
import { cn } from "@/lib/cn";

const TONES = {
  solid: "bg-act text-act-ink hover:opacity-90",
  up: "bg-up text-surface hover:opacity-90",
  danger: "bg-down text-surface hover:opacity-90",
  quiet: "border border-line-strong text-ink hover:bg-raised",
  ghost: "text-ink-2 hover:bg-raised hover:text-ink",
} as const;

export interface ButtonProps extends Omit<ComponentProps<"button">, "disabled"> {
  tone?: keyof typeof TONES;
  size?: "small" | "normal" | "large";
  busy?: boolean;
  /** Why the button cannot be pressed; a button that is off always says it. */
  blocked?: string | null;
  /** Where the reason is written: below the button, or only for hover and screen readers where space is short. */
  reason?: "below" | "title";
  icon?: ReactNode;
}

/** A button that names its reason when it is off. It stays focusable, so that the reason can be read by keyboard too. */
export function Button({ tone = "quiet", size = "normal", busy, blocked, reason = "title", icon, className, children, onClick, ...rest }: ButtonProps) {
  const note = useId();
  const off = Boolean(blocked) || busy;
  const button = (
    <button
      type="button"
      {...rest}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      aria-describedby={blocked ? note : rest["aria-describedby"]}
      title={blocked ?? rest.title}
      onClick={(event) => (off ? event.preventDefault() : onClick?.(event))}
      className={cn(
        "inline-flex items-center justify-center gap-1.5 rounded-[3px] font-medium whitespace-nowrap transition-colors select-none",
        size === "small" && "h-6 px-2 text-xs",
        size === "normal" && "h-8 px-3",
        size === "large" && "h-10 px-4 text-sm",
        off ? "cursor-not-allowed border border-line bg-raised text-ink-3" : TONES[tone],
        className,
      )}
    >
      {icon}
      {children}
      {busy ? <span aria-hidden className="size-3 animate-spin rounded-full border-2 border-current border-r-transparent" /> : null}
    </button>
  );
  if (!blocked) return button;
  return (
    <>
      {button}
      <span id={note} className={reason === "below" ? "text-2xs block text-ink-3" : "sr-only"}>
        {blocked}
      </span>
    </>
  );
}
