import { cn } from "@/lib/cn";

const LOOKS: Record<string, string> = { BUY: "text-up", SELL: "text-down", HOLD: "text-ink-3" };
const ARROWS: Record<string, string> = { BUY: "▲", SELL: "▼", HOLD: "–" };

export function Side({ side }: { side: string }) {
  return (
    <span className={cn("inline-flex items-center gap-1 text-xs font-semibold", LOOKS[side])}>
      <span aria-hidden className="text-[0.5625rem]">
        {ARROWS[side]}
      </span>
      {side}
    </span>
  );
}
