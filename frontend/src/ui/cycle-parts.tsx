"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import type { Cycle } from "@/api/types";
import { cn } from "@/lib/cn";
import { useOutcomeWords, type Ended } from "./outcome-words";
import { Side } from "./side";
import { Td } from "./table";
import { Time } from "./time";

/** When a cycle's candle closed, as the way to the whole of it. */
export function CycleLink({ id, time }: { id: string; time: string | null }) {
  return (
    <Link prefetch={false} href={`/trades?id=${id}`} className="num text-xs underline decoration-line-strong underline-offset-2 hover:decoration-ink">
      <Time iso={time} precision="minutes" />
    </Link>
  );
}

/** Buy or sell, and why, if it was an exit. */
export function CycleSide({ cycle }: { cycle: Pick<Cycle, "side" | "kind" | "reason"> }) {
  const t = useTranslations("ui");
  const reasonWords = useReasonWords();
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <Side side={cycle.side} />
      {cycle.kind === "EXIT" ? <span className="text-2xs text-ink-3">{cycle.reason ? t("exitBecause", { reason: reasonWords(cycle.reason) }) : t("exit")}</span> : null}
    </span>
  );
}

/** Why it ended so, the rules that said no by name; on a phone below the others. */
export function WhyCell({ cycle }: { cycle: Ended }) {
  const why = useOutcomeWords()(cycle);
  return (
    <Td title={why} className={cn("max-w-40 min-w-32 text-2xs text-ink-2 sm:w-full", "max-sm:order-last max-sm:w-full max-sm:max-w-none", why === undefined && "max-sm:hidden")}>
      <span className="block leading-[14px]">{why}</span>
    </Td>
  );
}

/** Why there was an exit, or what kind a record is of. */
export function useReasonWords(): (reason: string) => string {
  const t = useTranslations("ui");
  return (reason) => {
    const name = `reasonWords.${reason.toUpperCase().replaceAll(" ", "_")}`;
    return t.has(name as never) ? t(name as never) : reason.toLowerCase().replaceAll("_", " ");
  };
}
