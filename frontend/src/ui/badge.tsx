"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { cn } from "@/lib/cn";

const TONES = {
  plain: "border-line text-ink-2",
  up: "border-transparent bg-up-wash text-up",
  down: "border-transparent bg-down-wash text-down",
  warn: "border-transparent bg-warn-wash text-warn",
  wax: "border-transparent bg-wax-wash text-wax",
} as const;

export type Tone = keyof typeof TONES;

export function Badge({ tone = "plain", title, large = false, children }: { tone?: Tone; title?: string; large?: boolean; children: ReactNode }) {
  return (
    <span
      title={title}
      className={cn(
        "inline-flex items-center gap-1 rounded-[2px] border font-medium whitespace-nowrap",
        large ? "h-6 px-2 text-xs" : "text-2xs h-[18px] px-1.5",
        TONES[tone],
      )}
    >
      {children}
    </span>
  );
}

/** Every place that shows prices of the made-up feed carries this word. */
export function SyntheticLabel({ synthetic }: { synthetic: boolean | undefined }) {
  const t = useTranslations("ui");
  if (!synthetic) return null;
  return (
    <Badge tone="warn" title={t("thesePricesComeFromA")}>
      {t("synthetic")}
    </Badge>
  );
}
