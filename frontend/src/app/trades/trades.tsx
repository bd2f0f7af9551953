"use client";

import dynamic from "next/dynamic";
import { useSearchParams } from "next/navigation";
import { useTranslations } from "use-intl";
import type { HistoryFilter } from "@/api/trade-history";
import { History } from "@/features/history";
import { Trade } from "@/features/trade";
import { keepInAddress } from "@/lib/address";

/** Hashing and recovering weigh more than the rest of this page: they are loaded after it. */
const TradeVerification = dynamic(() => import("@/features/verify/trade-panel").then((file) => file.TradeVerification), { ssr: false });

const NAMES = ["market", "side", "kind", "outcome", "rule", "from", "to"] as const;

/** The list, or with `?id=` one trade. The address holds the filter. */
export function Trades() {
  const t = useTranslations("pages");
  const query = useSearchParams();
  const id = query.get("id");
  if (id !== null) return <Trade key={id} id={id} verification={<TradeVerification id={id} />} />;
  const filter: HistoryFilter = Object.fromEntries(NAMES.flatMap((name) => (query.get(name) ? [[name, query.get(name)]] : [])));
  return (
    <>
      <h1 className="sr-only">{t("trades")}</h1>
      <History filter={filter} onFilter={(next) => keepInAddress("/trades", { ...next })} />
    </>
  );
}
