"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { KeyRound, Lock } from "lucide-react";
import { PauseResume, Speed } from "@/features/engine";
import { useDashboard } from "@/live/live";
import { phaseText, phaseTone } from "@/live/phase";
import { useSessionBlock } from "@/live/session";
import { cn } from "@/lib/cn";
import { formatCount, formatTime } from "@/lib/format";
import { Badge } from "@/ui/badge";
import { Seal } from "./seal";
import { ThemeSwitch } from "./theme-switch";

const PAGES = [
  { href: "/", text: "Dashboard" },
  { href: "/trades", text: "Trades" },
  { href: "/analytics", text: "Analytics" },
] as const;

export function Header() {
  const path = usePathname();
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-surface">
      <div className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 px-3 py-1.5">
        <Link href="/" className="flex items-center gap-2 rounded-[2px]">
          <Seal className="size-5" />
          <span className="text-sm font-semibold tracking-[-0.01em]">Tradeseal</span>
        </Link>
        <nav aria-label="Pages" className="flex h-7 items-stretch">
          {PAGES.map((page) => (
            <Link
              key={page.href}
              href={page.href}
              aria-current={path === page.href ? "page" : undefined}
              className={cn(
                "relative flex items-center px-2.5 font-medium",
                path !== page.href ? "text-ink-3 hover:text-ink" : "text-ink after:absolute after:inset-x-2.5 after:bottom-0 md:after:-bottom-[8px] after:h-0.5 after:bg-wax",
              )}
            >
              {page.text}
            </Link>
          ))}
        </nav>
        <Engine />
        <div className="ml-auto flex items-center gap-1.5">
          <SessionSign />
          <ThemeSwitch />
        </div>
      </div>
    </header>
  );
}

/** Where the engine stands: phase, data clock, how far, the chain's block; and its two levers. */
function Engine() {
  const status = useDashboard("status");
  if (status === undefined) return <span className="order-last h-6 w-full md:order-none md:w-auto" />;
  const progress = status.phase_progress ?? status.progress;
  return (
    <div className="order-last flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1 max-md:w-full md:order-none md:gap-x-3 md:ml-2">
      <Badge tone={phaseTone(status.phase)} title={status.phase_detail ?? undefined}>
        {status.phase === "RUNNING" ? <span aria-hidden className="size-1.5 rounded-full bg-current" /> : null}
        {phaseText(status)}
      </Badge>
      <span className="num text-xs" title="The data's clock (UTC)">
        {formatTime(status.data_clock, "minutes")}
      </span>
      {progress ? (
        <span className="hidden h-1 w-16 overflow-hidden bg-raised lg:block" title={`${formatCount(progress.done)} of ${formatCount(progress.total)}`}>
          <span className="block h-full origin-left bg-ink-3" style={{ transform: `scaleX(${Math.min(1, progress.fraction)})` }} />
        </span>
      ) : null}
      <span className="num hidden text-xs text-ink-3 lg:inline" title={`${status.chain.kind}, chain ${status.chain.chain_id ?? "—"}`}>
        block {formatCount(status.chain.block)}
      </span>
      <PauseResume />
      <Speed />
    </div>
  );
}

function SessionSign() {
  const block = useSessionBlock();
  const Icon = block === null ? KeyRound : Lock;
  return (
    <span title={block ?? "You may trade from here."} className="inline-flex items-center gap-1 px-1 text-2xs text-ink-3">
      <Icon aria-hidden className="size-3.5" />
      <span className="max-sm:sr-only">{block === null ? "Session" : "Read only"}</span>
    </span>
  );
}
