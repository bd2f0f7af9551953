"use client";

import { useSearchParams } from "next/navigation";
import { useTranslations } from "use-intl";
import { ExplorerHome } from "@/features/explorer/home";

export function Explorer() {
  const t = useTranslations("pages");
  const before = useSearchParams().get("before");
  return (
    <>
      <h1 className="sr-only">{t("explorer")}</h1>
      <ExplorerHome before={before !== null && /^\d+$/.test(before) ? Number(before) : null} />
    </>
  );
}
