"use client";

import { useSearchParams } from "next/navigation";
import { useTranslations } from "use-intl";
import { Address } from "@/features/explorer/address";
import { SearchForm } from "@/features/explorer/search-form";
import { quoted } from "@/lib/quoted";
import { Empty } from "@/ui/states";

/** An address by `?a=`. */
export function AddressPage() {
  const t = useTranslations("explorer");
  const address = useSearchParams().get("a")?.trim() ?? "";
  if (/^0x[0-9a-f]{40}$/i.test(address)) return <Address key={address} address={address} />;
  return (
    <div className="bg-surface p-3">
      <Empty why={address ? t("notAnAddress", { named: quoted(address) }) : t("noAddressNamed")} next={t("noAddressNext")} />
      <SearchForm className="max-w-xl" />
    </div>
  );
}
