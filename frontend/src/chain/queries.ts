/** Questions to the chain, each with its cache: what is in a block never changes. */
import { keepPreviousData, queryOptions, useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Hex } from "viem";
import { useContracts } from "@/api/contracts";
import { ApiProblem } from "@/api/problem";
import { useReady } from "@/live/live";
import { reasonOf } from "@/lib/reason";
import { decodeError, type Decoded } from "./decode";
import { knownFrom, NOTHING_KNOWN, type Known } from "./known";
import type { RawBlock, RawCall, RawLog, RawReceipt, RawTransaction } from "./raw";
import { hexOf } from "./plain";
import { ask } from "./rpc";

export interface WholeBlock {
  block: RawBlock;
  receipts: RawReceipt[];
}

export interface WholeTransaction {
  transaction: RawTransaction;
  receipt: RawReceipt | null;
  block: RawBlock<Hex> | null;
}

/** Names of everything known on this chain; empty until the server has told. */
export function useKnown(): Known {
  const { data } = useContracts(useReady());
  return useMemo(() => (data ? knownFrom(data) : NOTHING_KNOWN), [data]);
}

const HEAD_EVERY_MS = 2000;

export function useHeadNumber() {
  return useQuery({
    queryKey: ["chain", "head"],
    queryFn: async () => Number(await ask<Hex>("eth_blockNumber")),
    refetchInterval: HEAD_EVERY_MS,
    enabled: useReady(),
    placeholderData: keepPreviousData,
  });
}

async function wholeBlock(named: string | number): Promise<WholeBlock | null> {
  const block = typeof named === "number" ? await ask<RawBlock | null>("eth_getBlockByNumber", hexOf(named), true) : await ask<RawBlock | null>("eth_getBlockByHash", named, true);
  if (block === null) return null;
  const receipts = await Promise.all(block.transactions.map((each) => ask<RawReceipt>("eth_getTransactionReceipt", each.hash)));
  return { block, receipts };
}

export const blockQuery = (named: string | number) => queryOptions({ queryKey: ["chain", "block", named], queryFn: () => wholeBlock(named), staleTime: Infinity, gcTime: 120_000 });

export function useBlock(named: string | number) {
  return useQuery({ ...blockQuery(named), enabled: useReady() });
}

/** The blocks from `last` downwards, each asked for once. */
export function useBlocks(last: number | undefined, count: number) {
  const ready = useReady();
  const numbers = last === undefined ? [] : Array.from({ length: Math.min(count, last + 1) }, (_, index) => last - index);
  return useQueries({ queries: numbers.map((number) => ({ ...blockQuery(number), enabled: ready })) });
}

export function useTransaction(hash: string) {
  return useQuery({
    queryKey: ["chain", "tx", hash],
    queryFn: async (): Promise<WholeTransaction | null> => {
      const [transaction, receipt] = await Promise.all([ask<RawTransaction | null>("eth_getTransactionByHash", hash), ask<RawReceipt | null>("eth_getTransactionReceipt", hash)]);
      if (transaction === null) return null;
      const block = transaction.blockNumber === null ? null : await ask<RawBlock<Hex> | null>("eth_getBlockByNumber", transaction.blockNumber, false);
      return { transaction, receipt, block };
    },
    staleTime: Infinity,
    enabled: useReady(),
  });
}

/** The calls inside a transaction; a node without traces says so. */
export function useTrace(hash: string, wanted: boolean) {
  return useQuery({
    queryKey: ["chain", "trace", hash],
    queryFn: () => ask<RawCall>("debug_traceTransaction", hash, { tracer: "callTracer" }),
    staleTime: Infinity,
    enabled: wanted,
    retry: false,
  });
}

export interface Reverted {
  error: Decoded | null;
  /** What the node says, where no ABI explains the bytes. */
  text: string;
}

/** Why a transaction failed: the same call again on the block before, whose answer is the custom error. */
export function useRevert(whole: WholeTransaction, known: Known) {
  const { transaction, receipt } = whole;
  return useQuery({
    queryKey: ["chain", "revert", transaction.hash, known.contracts.length],
    queryFn: async (): Promise<Reverted> => {
      const call = { from: transaction.from, to: transaction.to ?? undefined, data: transaction.input, value: transaction.value };
      try {
        await ask("eth_call", call, hexOf(BigInt(transaction.blockNumber ?? "0x1") - 1n));
        return { error: null, text: "" };
      } catch (error) {
        if (error instanceof ApiProblem) throw error;
        return { error: decodeError(known, revertData(error)), text: reasonOf(error) ?? "" };
      }
    },
    enabled: receipt?.status === "0x0",
    staleTime: Infinity,
    retry: false,
  });
}

/** The bytes of a revert, wherever in viem's chain of causes they are. */
export function revertData(error: unknown): Hex | undefined {
  for (let at: unknown = error; typeof at === "object" && at !== null; at = (at as { cause?: unknown }).cause) {
    const { data } = at as { data?: unknown };
    const found = typeof data === "object" && data !== null && "data" in data ? (data as { data: unknown }).data : data;
    if (typeof found === "string" && /^0x[0-9a-f]{8,}$/i.test(found)) return found as Hex;
  }
  return undefined;
}

export interface AddressFacts {
  balance: bigint;
  nonce: number;
  code: Hex;
}

export function useAddress(address: string) {
  return useQuery({
    queryKey: ["chain", "address", address],
    queryFn: async (): Promise<AddressFacts> => {
      const [balance, nonce, code] = await Promise.all([
        ask<Hex>("eth_getBalance", address, "latest"),
        ask<Hex>("eth_getTransactionCount", address, "latest"),
        ask<Hex>("eth_getCode", address, "latest"),
      ]);
      return { balance: BigInt(balance), nonce: Number(nonce), code };
    },
    enabled: useReady(),
    staleTime: 5000,
  });
}

export interface AddressHistory {
  transactions: WholeTransaction[];
  /** How far back the search went: the node's own index, or the last blocks one by one. */
  searched: { by: "index" } | { by: "blocks"; from: number };
}

/** Transactions of an address that are shown at once. */
export const PAGE = 25;
const SCANNED_BLOCKS = 120;

/** Transactions from or to an address: by the node's index (`ots_`), else from the last blocks. */
export function useAddressHistory(address: string) {
  return useQuery({
    queryKey: ["chain", "address-history", address],
    queryFn: async (): Promise<AddressHistory> => {
      try {
        const found = await ask<{ txs: RawTransaction[]; receipts: RawReceipt[] }>("ots_searchTransactionsBefore", address, 0, PAGE);
        const transactions = found.txs.map((transaction, index) => ({ transaction, receipt: found.receipts[index] ?? null, block: null }));
        return { transactions, searched: { by: "index" } };
      } catch {
        return scanned(address);
      }
    },
    enabled: useReady(),
    staleTime: 5000,
    retry: false,
  });
}

async function scanned(address: string): Promise<AddressHistory> {
  const head = Number(await ask<Hex>("eth_blockNumber"));
  const from = Math.max(0, head - SCANNED_BLOCKS + 1);
  const blocks = await Promise.all(Array.from({ length: head - from + 1 }, (_, index) => ask<RawBlock | null>("eth_getBlockByNumber", hexOf(head - index), true)));
  const mine = blocks.flatMap((block) => (block?.transactions ?? []).filter((each) => [each.from, each.to].some((end) => end?.toLowerCase() === address.toLowerCase()))).slice(0, PAGE);
  const receipts = await Promise.all(mine.map((each) => ask<RawReceipt | null>("eth_getTransactionReceipt", each.hash)));
  return { transactions: mine.map((transaction, index) => ({ transaction, receipt: receipts[index] ?? null, block: null })), searched: { by: "blocks", from } };
}

const LOG_BLOCKS = 9_999;

/** Logs that carry a 32-byte value in one of their topics: a digest, a ticket, a market. */
export async function logsAbout(topic: string): Promise<RawLog[]> {
  const head = Number(await ask<Hex>("eth_blockNumber"));
  const range = { fromBlock: hexOf(Math.max(0, head - LOG_BLOCKS)), toBlock: hexOf(head) };
  const places = [[null, topic], [null, null, topic], [null, null, null, topic]];
  const found = await Promise.all(places.map((topics) => ask<RawLog[]>("eth_getLogs", { ...range, topics }).catch(() => [])));
  return found.flat();
}
