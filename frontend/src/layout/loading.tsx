"use client";

import { useTranslations } from "use-intl";
import { SkeletonRows } from "@/ui/states";

/** A page whose address is not known yet. */
export function Loading() {
  const t = useTranslations("states");
  return <SkeletonRows rows={14} label={t("thePage")} />;
}
