"use client";

import { useTranslations } from "use-intl";
import { decodeCall, decodeEvent } from "@/chain/decode";
import type { Known } from "@/chain/known";
import type { RawReceipt, RawTransaction } from "@/chain/raw";
import { summaryOf, type Summary } from "@/chain/summary";

export function tell(known: Known, transaction: RawTransaction, receipt: RawReceipt | null): Summary {
  const created = transaction.to === null ? (known.contractAt(receipt?.contractAddress)?.name ?? null) : undefined;
  return summaryOf({
    created,
    call: transaction.to === null ? null : decodeCall(known, transaction.to, transaction.input),
    events: (receipt?.logs ?? []).map((log) => decodeEvent(known, log)).filter((event) => event !== null),
    selector: transaction.input.length >= 10 ? transaction.input.slice(0, 10) : null,
  });
}

/** What a transaction did, in one line. */
export function SummaryLine({ known, transaction, receipt }: { known: Known; transaction: RawTransaction; receipt: RawReceipt | null }) {
  const t = useTranslations("explorer.summaries");
  const { key, values } = tell(known, transaction, receipt);
  return <span>{t(key, values)}</span>;
}
