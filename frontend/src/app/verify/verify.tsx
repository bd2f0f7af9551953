"use client";

import { useSearchParams } from "next/navigation";
import { Verify, type Subject } from "@/features/verify";

/** `?id=` a trade, `?block=` a block, `?tx=` a transaction; without any of them the choice. */
export function VerifyPage() {
  const query = useSearchParams();
  return <Verify subject={subjectOf(query.get("id"), query.get("block"), query.get("tx"))} />;
}

function subjectOf(id: string | null, block: string | null, tx: string | null): Subject {
  if (id !== null && /^[0-9a-f-]{36}$/i.test(id)) return { trade: id };
  if (block !== null && /^\d{1,15}$/.test(block)) return { block: Number(block) };
  return tx !== null && /^0x[0-9a-f]{64}$/i.test(tx) ? { tx: tx.toLowerCase() } : null;
}
