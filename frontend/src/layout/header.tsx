"use client";

import Link from "next/link";
import { KeyRound, Lock } from "lucide-react";
import { useTranslations } from "use-intl";
import { PauseResume, Speed } from "@/features/engine";
import { Halt } from "@/features/levers/halt";
import { Keyboard } from "@/keyboard/keyboard";
import { useDashboard } from "@/live/live";
import { useOracle } from "@/live/oracle";
import { phaseTone, usePhaseText } from "@/live/phase";
import { useSessionBlock } from "@/live/session";
import { cn } from "@/lib/cn";
import { formatAge, formatCount } from "@/lib/format";
import { Badge } from "@/ui/badge";
import { Time } from "@/ui/time";
import { Seal } from "./seal";
import { ThemeSwitch } from "./theme-switch";

export function Header() {
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-surface">
      <div className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 px-3 py-1.5">
        <Link href="/" prefetch={false} className="flex items-center gap-2 rounded-[2px]">
          <Seal className="size-5" />
          <span className="text-sm font-semibold tracking-[-0.01em]">Tradeseal</span>
        </Link>
        <Engine />
        <div className="ml-auto flex items-center gap-1.5">
          <Keyboard />
          <SessionSign />
          <ThemeSwitch />
        </div>
      </div>
    </header>
  );
}

/** Where the engine stands: phase, data clock, how far, the chain's block; and its two levers. */
function Engine() {
  const t = useTranslations("engine");
  const status = useDashboard("status");
  const phase = usePhaseText();
  if (status === undefined) return <span className="order-last h-6 w-full md:order-none md:w-auto" />;
  const progress = status.phase_progress ?? status.progress;
  const block = status.chain.block === null ? null : String(status.chain.block);
  return (
    <div className="order-last flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1 max-md:w-full md:order-none md:gap-x-3 md:ml-2">
      <Badge tone={phaseTone(status.phase)} title={status.phase_detail ?? undefined}>
        {status.phase === "RUNNING" ? <span aria-hidden className="size-1.5 rounded-full bg-current" /> : null}
        {phase(status)}
      </Badge>
      <span className="text-xs">
        <span className="sr-only">{t("dataClock")} </span>
        <Time iso={status.data_clock} precision="minutes" />
      </span>
      {progress ? (
        <span className="hidden h-1 w-16 overflow-hidden bg-raised lg:block" title={t("progress", { done: formatCount(progress.done), total: formatCount(progress.total) })}>
          <span className="block h-full origin-left bg-ink-3" style={{ transform: `scaleX(${Math.min(1, progress.fraction)})` }} />
        </span>
      ) : null}
      <span className="num hidden text-xs text-ink-3 lg:inline" title={t("chain", { kind: status.chain.kind, id: status.chain.chain_id ?? "—" })}>
        {block === null ? (
          t("block", { number: formatCount(block) })
        ) : (
          <Link href={`/block?n=${block}`} prefetch={false} className="hover:text-ink hover:underline">
            {t("block", { number: formatCount(block) })}
          </Link>
        )}
      </span>
      <PauseResume />
      <Halt />
      <Speed />
      <OracleSign />
    </div>
  );
}

/** Is the oracle alive, in one word; why, on hover and on its page. */
function OracleSign() {
  const t = useTranslations("engine");
  const oracle = useOracle();
  if (oracle === null) return null;
  const alive = oracle.state === "alive";
  return (
    <Link href="/monitor" prefetch={false} title={oracle.words} className={cn("hidden items-center gap-1.5 text-xs hover:underline xl:inline-flex", alive ? "text-ink-3 hover:text-ink" : "text-warn")}>
      <span aria-hidden className={cn("size-1.5 rounded-full", alive ? "bg-up" : "bg-warn")} />
      {t(`oracle.${oracle.state}`)}
      {oracle.ageS === null ? null : <span className="num">{t("signedAgo", { age: formatAge(oracle.ageS) })}</span>}
    </Link>
  );
}

function SessionSign() {
  const t = useTranslations("session");
  const block = useSessionBlock();
  const Icon = block === null ? KeyRound : Lock;
  return (
    <Link href="/login" prefetch={false} title={block ?? t("active")} className="inline-flex items-center gap-1 rounded-[2px] px-1 text-2xs text-ink-3 hover:text-ink">
      <Icon aria-hidden className="size-3.5" />
      <span className="max-sm:sr-only">{block === null ? t("session") : t("readOnly")}</span>
    </Link>
  );
}
