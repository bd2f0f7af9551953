/**
 * The evidence of one trade in one file: what was claimed, the blocks that hold it, the headers that lead on from there,
 * and the log's entries. Whoever has it can check it without our server.
 *
 * Knows the file. Knows nothing of how it is gathered or checked.
 */
import type { Hex } from "viem";
import type { RawBlock, RawReceipt } from "@/chain/raw";
import type { LogEvent } from "./log-chain";

export const FORMAT = "tradeseal-evidence/1";

/** What the page says of a trade; amounts are decimal strings. */
export interface Claim {
  id: string;
  kind: "ENTRY" | "EXIT";
  market: string;
  side: string;
  outcome: string | null;
  digest: string | null;
  quantity: string | null;
  price: string | null;
  fee: string | null;
  /** Numbers of the contract's records of this trade, in order. */
  records: number[];
}

export interface Evidence {
  format: typeof FORMAT;
  claim: Claim;
  chain: {
    id: string;
    genesis: string | null;
    oracle: Hex;
    book: Hex;
    /** keccak256 of each contract's code, as the server tells it. */
    code: { name: string; address: Hex; hash: string | null }[];
    marketId: string | null;
  };
  blocks: { block: RawBlock; receipts: RawReceipt[] }[];
  /** Headers in ascending order, from the first of `blocks` as far as they were gathered. */
  headers: RawBlock<Hex>[];
  log: LogEvent[];
}

/** A file somebody brought: either evidence or a reason why it is none. */
export function readEvidence(text: string): Evidence | { problem: "notJson" | "notEvidence" | "otherFormat" } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: "notJson" };
  }
  if (typeof value !== "object" || value === null || !("format" in value)) return { problem: "notEvidence" };
  const found = value as Evidence;
  if (found.format !== FORMAT) return { problem: "otherFormat" };
  const whole = Array.isArray(found.blocks) && Array.isArray(found.headers) && Array.isArray(found.log) && typeof found.claim?.id === "string" && typeof found.chain?.oracle === "string";
  return whole ? found : { problem: "notEvidence" };
}
