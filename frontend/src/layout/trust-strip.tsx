"use client";

import { useTranslations } from "use-intl";
import { useStatus, useSynthetic } from "@/live/live";
import { SyntheticLabel } from "@/ui/badge";

/** How far what you see may be trusted, in plain words, on every page. */
export function TrustStrip() {
  const t = useTranslations("trust");
  const level = useStatus((status) => status.trust.level) ?? "S";
  const synthetic = useSynthetic();
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-0.5 border-b border-line bg-sunken px-3 py-1 text-2xs text-ink-2">
      <a href="/verify" className="inline-flex h-[18px] items-center rounded-[2px] bg-wax-wash px-1.5 font-semibold whitespace-nowrap text-wax underline decoration-dotted underline-offset-2 hover:decoration-solid">
        {t(level === "S" ? "levelLowest" : "level", { level })}
      </a>
      <span className="font-medium text-ink">{t("disclaimer")}</span>
      {/* What is known only later stands last and pushes nothing aside. */}
      <span className="min-w-0">{t(level === "S" && synthetic ? "levels.S_SYNTHETIC" : `levels.${level}`)}</span>
      <SyntheticLabel synthetic={synthetic} />
    </div>
  );
}
