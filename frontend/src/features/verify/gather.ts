/**
 * Gather the evidence of a trade: the claim and log from the server, everything else from a node.
 *
 * Knows where things are asked. Judges nothing.
 */
import { encodeEventTopics, numberToHex, type Hex } from "viem";
import { client } from "@/api/client";
import { getContracts, getEvents, getTrade, type Contracts, type CycleDetail } from "@/api/generated";
import { answerOf } from "@/api/problem";
import type { RawBlock, RawLog, RawReceipt } from "@/chain/raw";
import type { Ask } from "@/chain/rpc";
import { EVENTS } from "@/verify/abi";
import { FORMAT, type Evidence } from "@/verify/bundle";
import type { LogEvent } from "@/verify/log-chain";

export interface Progress {
  (step: "trade" | "blocks" | "headers" | "log", done?: number, total?: number): void;
}

/** Headers are small and many; more than this are gathered only on request. */
export const HEADERS_AT_ONCE = 5_000;
const LOG_BLOCKS = 10_000;
const LOG_PAGE = 1000;
const LOG_EVENTS_MAX = 5_000;

const hex = (number: number): Hex => numberToHex(number);

export interface Wanted {
  cycleId: string;
  node: Ask;
  /** Gather headers up to this block; null: to the newest. */
  upTo: number | null;
  tell: Progress;
}

export async function gather({ cycleId, node, upTo, tell }: Wanted): Promise<Evidence> {
  tell("trade");
  const [detail, told] = await Promise.all([answerOf(getTrade({ client, path: { cycle_id: cycleId } })), answerOf(getContracts({ client }))]);
  const [oracle, book] = ["SignalOracle", "RiskBook"].map((name) => told.contracts.find((each) => each.name === name)?.address as Hex);
  if (oracle === undefined || book === undefined) throw new Error("The server names no SignalOracle or RiskBook.");
  tell("blocks");
  const numbers = await blocksNeeded(detail, { oracle, book }, node);
  const blocks = await Promise.all([...numbers].sort((a, b) => a - b).map((number) => wholeBlock(node, number)));
  const headers = await headersFrom(node, numbers, upTo, tell);
  tell("log");
  const log = await logOf(detail);
  return { format: FORMAT, claim: claimOf(detail), chain: chainOf(told, detail, oracle, book), blocks, headers, log };
}

function claimOf({ cycle, records }: CycleDetail): Evidence["claim"] {
  const filled = cycle.fill_price !== null;
  return {
    id: cycle.id,
    kind: cycle.kind,
    market: cycle.market,
    side: cycle.side,
    outcome: cycle.outcome,
    digest: cycle.digest,
    quantity: filled ? cycle.quantity : null,
    price: cycle.fill_price,
    fee: filled ? cycle.fee : null,
    records: records.map((each) => each.seq).sort((a, b) => a - b),
  };
}

function chainOf(told: Contracts, { cycle }: CycleDetail, oracle: Hex, book: Hex): Evidence["chain"] {
  return {
    id: told.chain_id,
    genesis: told.genesis_hash ?? null,
    oracle,
    book,
    code: told.contracts.map((each) => ({ name: each.name, address: each.address as Hex, hash: each.code_hash ?? null })),
    marketId: (told.markets.find((each) => each.market === cycle.market)?.id as string | undefined) ?? null,
  };
}

/** The trade's own blocks, those of the records before, and those that set signers and limits. */
async function blocksNeeded({ transactions, records }: CycleDetail, at: { oracle: Hex; book: Hex }, node: Ask): Promise<Set<number>> {
  const own = transactions.map((each) => each.block).filter((block) => block !== null);
  if (own.length === 0) throw new Error("This trade has no block yet.");
  const last = Math.max(...own);
  const before = await Promise.all(records.map((record) => blockOfRecord(node, at.book, record.seq - 1, last)));
  const rare = await Promise.all([
    newest(node, at.oracle, encodeEventTopics({ abi: EVENTS, eventName: "SignersChanged" })[0] as Hex, last),
    newest(node, at.book, encodeEventTopics({ abi: EVENTS, eventName: "LimitsChanged" })[0] as Hex, last),
  ]);
  return new Set([...own, ...[...before, ...rare].filter((block) => block !== null)]);
}

async function blockOfRecord(node: Ask, book: Hex, seq: number, last: number): Promise<number | null> {
  for (let to = last; to >= 0; to -= LOG_BLOCKS) {
    const range = { fromBlock: hex(Math.max(0, to - LOG_BLOCKS + 1)), toBlock: hex(to) };
    const logs = await node<RawLog[]>("eth_getLogs", { ...range, address: book, topics: [null, numberToHex(seq, { size: 32 })] });
    if (logs[0]) return Number(logs[0].blockNumber);
  }
  return null;
}

async function newest(node: Ask, address: Hex, topic: Hex, last: number): Promise<number | null> {
  for (let to = last; to >= 0; to -= LOG_BLOCKS) {
    const logs = await node<RawLog[]>("eth_getLogs", { address, topics: [topic], fromBlock: hex(Math.max(0, to - LOG_BLOCKS + 1)), toBlock: hex(to) });
    const found = logs.at(-1);
    if (found) return Number(found.blockNumber);
  }
  return null;
}

export async function wholeBlock(node: Ask, number: number): Promise<Evidence["blocks"][number]> {
  const block = await node<RawBlock | null>("eth_getBlockByNumber", hex(number), true);
  if (block === null) throw new Error(`The node has no block ${number}.`);
  const receipts = await Promise.all(block.transactions.map((each) => node<RawReceipt>("eth_getTransactionReceipt", each.hash)));
  return { block, receipts };
}

const TOGETHER = 200;

/** Headers from the earliest block that fits, upwards without a gap. */
export async function headersFrom(node: Ask, numbers: Iterable<number>, upTo: number | null, tell: Progress): Promise<RawBlock<Hex>[]> {
  const sorted = [...numbers].sort((a, b) => a - b);
  const head = upTo ?? Number(await node<Hex>("eth_blockNumber"));
  const first = sorted.find((number) => head - number < HEADERS_AT_ONCE);
  if (first === undefined) return [];
  const wanted = Array.from({ length: head - first + 1 }, (_, index) => first + index);
  const found: RawBlock<Hex>[] = [];
  for (let at = 0; at < wanted.length; at += TOGETHER) {
    tell("headers", at, wanted.length);
    const some = await Promise.all(wanted.slice(at, at + TOGETHER).map((number) => node<RawBlock<Hex> | null>("eth_getBlockByNumber", hex(number), false)));
    found.push(...some.filter((block) => block !== null).map((block) => ({ ...block, transactions: [] })));
  }
  return found;
}

/** Every entry of the log from the trade's first to its last, those of others between them too: only so can none be missing. */
async function logOf({ events }: CycleDetail): Promise<LogEvent[]> {
  const positions = events.map((each) => each.position);
  const [first, last] = [Math.min(...positions), Math.max(...positions)];
  if (positions.length === 0 || last - first >= LOG_EVENTS_MAX) return [];
  const found: LogEvent[] = [];
  for (let after = first - 1; after < last; after = found.at(-1)?.position ?? last) {
    const page = await answerOf(getEvents({ client, query: { after, limit: Math.min(LOG_PAGE, last - after) } }));
    if (page.items.length === 0) break;
    found.push(...page.items.map(({ position, stream, version, topic, hash, previous, state }) => ({ position, stream, version, topic, hash, previous, state })));
  }
  return found;
}
