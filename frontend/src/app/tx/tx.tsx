"use client";

import { useSearchParams } from "next/navigation";
import { useTranslations } from "use-intl";
import { SearchForm } from "@/features/explorer/search-form";
import { Transaction } from "@/features/explorer/transaction";
import { quoted } from "@/lib/quoted";
import { Empty } from "@/ui/states";

/** A transaction by `?hash=`. */
export function TransactionPage() {
  const t = useTranslations("explorer");
  const named = useSearchParams().get("hash")?.trim() ?? "";
  const hash = named.toLowerCase();
  if (/^0x[0-9a-f]{64}$/.test(hash)) return <Transaction key={hash} hash={hash} />;
  return (
    <div className="bg-surface p-3">
      <Empty why={named ? t("notAHash", { named: quoted(named) }) : t("noTransactionNamed")} next={t("noTransactionNext")} />
      <SearchForm className="max-w-xl" />
    </div>
  );
}
