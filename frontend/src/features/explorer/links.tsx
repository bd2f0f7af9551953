"use client";

import Link from "next/link";
import type { Known } from "@/chain/known";
import { cn } from "@/lib/cn";
import { formatCount, NO_DATA, shortHash } from "@/lib/format";

export const LINK = "underline decoration-line-strong underline-offset-2 hover:decoration-ink";

export function BlockLink({ number }: { number: number | string | null }) {
  if (number === null) return <span className="text-ink-3">{NO_DATA}</span>;
  return (
    <Link prefetch={false} href={`/block?n=${number}`} className={cn("num text-xs", LINK)}>
      {formatCount(String(number))}
    </Link>
  );
}

export function TransactionLink({ hash, keep }: { hash: string; keep?: number }) {
  return (
    <Link prefetch={false} href={`/tx?hash=${hash}`} title={hash} className={cn("font-mono text-xs whitespace-nowrap", LINK)}>
      {shortHash(hash, keep)}
    </Link>
  );
}

/** An address by its name, where it has one. */
export function AddressLink({ address, known }: { address: string | null | undefined; known: Known }) {
  if (!address) return <span className="text-ink-3">{NO_DATA}</span>;
  const name = known.contractAt(address)?.name ?? known.roleOf(address);
  return (
    <Link prefetch={false} href={`/address?a=${address}`} title={address} className={cn("text-xs whitespace-nowrap", LINK, name ? "font-medium" : "font-mono")}>
      {name ?? shortHash(address)}
    </Link>
  );
}
