"use client";

import { useSearchParams } from "next/navigation";
import { useTranslations } from "use-intl";
import { Block } from "@/features/explorer/block";
import { SearchForm } from "@/features/explorer/search-form";
import { quoted } from "@/lib/quoted";
import { Empty } from "@/ui/states";

/** A block by `?n=` its number or hash. */
export function BlockPage() {
  const t = useTranslations("explorer");
  const named = useSearchParams().get("n")?.trim() ?? "";
  const block = /^\d{1,15}$/.test(named) ? Number(named) : /^0x[0-9a-f]{64}$/i.test(named) ? named : null;
  if (block !== null) return <Block key={named} named={block} />;
  return (
    <div className="bg-surface p-3">
      <Empty why={named ? t("notABlock", { named: quoted(named) }) : t("noBlockNamed")} next={t("noBlockNext")} />
      <SearchForm className="max-w-xl" />
    </div>
  );
}
