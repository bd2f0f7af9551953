/** The heads that this browser keeps, and how the server's present history is asked about them. */
import { client } from "@/api/client";
import { getEvents, getHeads, getRecords } from "@/api/generated";
import { answerOf } from "@/api/problem";
import type { RawBlock } from "@/chain/raw";
import type { Ask } from "@/chain/rpc";
import { hexOf } from "@/chain/plain";
import type { Head, History, Remembered } from "@/verify/heads";

const KEY = "tradeseal.heads";

/** One head for each chain this browser has seen, by genesis. */
export function keptHeads(): Record<string, Remembered> {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? "{}");
    return typeof kept === "object" && kept !== null ? (kept as Record<string, Remembered>) : {};
  } catch {
    return {};
  }
}

export function keepHead(remembered: Remembered): void {
  window.localStorage.setItem(KEY, JSON.stringify({ ...keptHeads(), [nameOf(remembered.head)]: remembered }));
}

export function forgetHead(name: string): void {
  window.localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(Object.entries(keptHeads()).filter(([each]) => each !== name))));
}

export function nameOf(head: Pick<Head, "genesis_hash" | "chain_id">): string {
  return head.genesis_hash ?? head.chain_id;
}

export async function presentHead(): Promise<Head | null> {
  const { heads } = await answerOf(getHeads({ client }));
  const head = heads[0];
  return head ? { ...head, genesis_hash: head.genesis_hash ?? null, observed_at: head.observed_at ?? null } : null;
}

export function historyBy(node: Ask): History {
  return {
    now: presentHead,
    blockHashAt: async (number) => (await node<RawBlock | null>("eth_getBlockByNumber", hexOf(number), false))?.hash ?? null,
    logHashAt: async (position) => {
      if (position < 1) return null;
      const page = await answerOf(getEvents({ client, query: { after: position - 1, limit: 1 } }));
      return page.items.find((each) => each.position === position)?.hash ?? null;
    },
    recordHeadAt: async (seq) => {
      if (seq < 1) return null;
      const page = await answerOf(getRecords({ client, query: { after: seq - 1, limit: 1 } }));
      return page.items.find((each) => each.seq === seq)?.head ?? null;
    },
  };
}
