/**
 * What the evidence holds, found once: each transaction with its call and events, in the order of the chain.
 *
 * Knows where things stand. Judges nothing.
 */
import { decodeFunctionData, hashTypedData, type Hex } from "viem";
import type { RawLog, RawReceipt, RawTransaction } from "@/chain/raw";
import { CALLS, domainOf, SIGNED } from "./abi";
import type { Evidence } from "./bundle";
import { contractEvent, type ContractEvent } from "./records";

export type Call = ReturnType<typeof decodeFunctionData<typeof CALLS>>;
export type Signal = Extract<Call, { functionName: "authorise" }>["args"][0][number]["signal"];

export interface Placed {
  block: number;
  transaction: RawTransaction;
  call: Call | null;
  events: { event: ContractEvent; log: RawLog }[];
  logs: RawLog[];
}

export interface Facts {
  transactions: Placed[];
  /** Record heads by number, of whatever record the evidence holds. */
  heads: Map<bigint, Hex>;
  /** Events of the book whose record number the claim names. */
  own: { event: ContractEvent; block: number }[];
}

export function factsOf(evidence: Evidence): Facts {
  const transactions = evidence.blocks
    .flatMap(({ block, receipts }) => block.transactions.map((transaction, index) => placed(evidence, Number(block.number), transaction, receipts[index])))
    .sort((a, b) => a.block - b.block);
  const bookLogs = transactions.flatMap(({ logs }) => logs.filter((log) => isAt(log.address, evidence.chain.book)));
  const wanted = new Set(evidence.claim.records.map(BigInt));
  return {
    transactions,
    heads: new Map(bookLogs.map((log): [bigint, Hex] | null => recordHead(log)).filter((pair) => pair !== null)),
    own: transactions.flatMap(({ block, events }) => events.flatMap(({ event, log }) => (isAt(log.address, evidence.chain.book) && "seq" in event.args && wanted.has(event.args.seq) ? [{ event, block }] : []))),
  };
}

function placed(evidence: Evidence, block: number, transaction: RawTransaction, receipt: RawReceipt | undefined): Placed {
  const logs = receipt?.logs ?? [];
  const ours = logs.filter((log) => isAt(log.address, evidence.chain.book) || isAt(log.address, evidence.chain.oracle));
  const events = ours.map((log) => ({ event: contractEvent(log), log })).filter((each): each is { event: ContractEvent; log: RawLog } => each.event !== null);
  return { block, transaction, call: callOf(transaction), events, logs };
}

function callOf(transaction: RawTransaction): Call | null {
  try {
    return decodeFunctionData({ abi: CALLS, data: transaction.input });
  } catch {
    return null;
  }
}

/** Every record's event carries its number as the first topic and the head after it as the last static word. */
export function recordHead(log: Pick<RawLog, "topics" | "data">): [bigint, Hex] | null {
  const [, seq] = log.topics;
  if (seq === undefined || log.data.length < 66) return null;
  const event = contractEvent(log);
  if (event && "head" in event.args) return [BigInt(seq), event.args.head];
  return [BigInt(seq), `0x${log.data.slice(-64)}`];
}

/** The signals that a call hands over, each with its digest on this chain. */
export function signalsOf(evidence: Evidence, call: Call | null): { signal: Signal; digest: Hex }[] {
  const signals = call?.functionName === "authorise" ? call.args[0].map((order) => order.signal) : call?.functionName === "exit" ? call.args[1] : [];
  return signals.map((signal) => ({ signal, digest: digestOf(evidence, signal) }));
}

export function digestOf({ chain }: Pick<Evidence, "chain">, signal: Signal): Hex {
  return hashTypedData({ domain: domainOf(chain.id, chain.oracle), types: { Signal: SIGNED.Signal }, primaryType: "Signal", message: signal });
}

export function isAt(address: string, other: string): boolean {
  return address.toLowerCase() === other.toLowerCase();
}
