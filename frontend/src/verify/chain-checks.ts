/** Is the chain what it says: ids, code, hashes of transactions and headers, roots, parents up to a block the reader trusts. */
import { keccak256, type Hex } from "viem";
import type { RawBlock } from "@/chain/raw";
import type { Ask } from "@/chain/rpc";
import type { Evidence } from "./bundle";
import { fail, pass, unchecked, type Check } from "./check";
import { headerHash, receiptBytes, senderOf, transactionBytes, transactionHash } from "./encoding";
import { listRoot } from "./trie";

export interface Trusted {
  hash: Hex;
  /** Who vouches for it: the reader, this browser's own memory, or only the server. */
  by: "reader" | "browser" | "server";
}

export async function chainId({ blocks, chain }: Evidence, node: Ask | null): Promise<Check> {
  const stated = blocks.flatMap(({ block }) => block.transactions).filter((each) => each.chainId !== undefined);
  const other = stated.find((each) => BigInt(each.chainId ?? "0x0") !== BigInt(chain.id));
  if (other) return fail("chain", other.hash, String(BigInt(other.chainId ?? "0x0")), chain.id);
  if (node) {
    const told = String(BigInt(await node<Hex>("eth_chainId")));
    if (told !== chain.id) return fail("chain", "eth_chainId", told, chain.id);
  }
  return pass("chain", `${stated.length} tx${node ? ", eth_chainId" : ""}`, chain.id);
}

export async function code({ chain }: Evidence, node: Ask | null): Promise<Check> {
  if (node === null) return unchecked("code", "noNode");
  for (const contract of chain.code) {
    if (contract.hash === null) return unchecked("code", "noNode", contract.name);
    const found = keccak256(await node<Hex>("eth_getCode", contract.address, "latest"));
    if (found !== contract.hash) return fail("code", `${contract.name} ${contract.address}`, found, contract.hash);
  }
  return pass("code", chain.code.map((each) => each.name).join(", "), chain.code.map((each) => each.hash?.slice(0, 10)).join(" "));
}

export async function transactions({ blocks }: Evidence): Promise<Check> {
  const all = blocks.flatMap(({ block }) => block.transactions);
  for (const transaction of all) {
    const hash = transactionHash(transaction);
    if (hash === null) return unchecked("transactions", "unknownType", transaction.hash, String(transaction.type));
    if (hash !== transaction.hash) return fail("transactions", transaction.hash, hash, transaction.hash);
    const sender = await senderOf(transaction);
    if (sender?.toLowerCase() !== transaction.from.toLowerCase()) return fail("transactions", transaction.hash, sender ?? "–", transaction.from);
  }
  return pass("transactions", `${all.length} tx`, all.map((each) => each.hash.slice(0, 10)).join(" "));
}

export function headers({ blocks, headers: linked }: Evidence): Check {
  const all: RawBlock<unknown>[] = [...blocks.map(({ block }) => block), ...linked];
  for (const block of all) {
    const hash = headerHash(block);
    if (hash === null) return unchecked("headers", "noHeaders", String(Number(block.number)));
    if (hash !== block.hash) return fail("headers", `${Number(block.number)}`, hash, block.hash, "forged");
  }
  return pass("headers", `${all.length}`, blocks.map(({ block }) => block.hash.slice(0, 10)).join(" "));
}

export function roots({ blocks }: Evidence): Check {
  for (const { block, receipts } of blocks) {
    const bytes = block.transactions.map(transactionBytes);
    if (bytes.some((each) => each === null)) return unchecked("roots", "unknownType", String(Number(block.number)));
    const sent = listRoot(bytes as Hex[]);
    if (sent !== block.transactionsRoot) return fail("roots", `transactionsRoot ${Number(block.number)}`, sent, block.transactionsRoot);
    const received = listRoot(receipts.map(receiptBytes));
    if (received !== block.receiptsRoot) return fail("roots", `receiptsRoot ${Number(block.number)}`, received, block.receiptsRoot);
  }
  return pass("roots", blocks.map(({ block }) => Number(block.number)).join(" "), blocks.map(({ block }) => block.receiptsRoot.slice(0, 10)).join(" "));
}

/** From the trusted block back through parents: every block of the evidence must be met on the way. */
export async function parents({ blocks, headers: linked }: Evidence, trusted: Trusted | null, node: Ask | null): Promise<Check> {
  if (trusted === null) return unchecked("parents", "noTrusted");
  const hashed = (block: RawBlock<unknown>): string => headerHash(block) ?? block.hash;
  const known = new Map([...linked, ...blocks.map(({ block }) => block)].map((block: RawBlock<unknown>) => [hashed(block), block]));
  const start = known.get(trusted.hash);
  if (start === undefined) {
    const there = node ? await node<RawBlock<Hex> | null>("eth_getBlockByHash", trusted.hash, false).catch(() => null) : undefined;
    return there === null ? fail("parents", trusted.hash, "–", trusted.hash, "notFound") : unchecked("parents", "headersMissing", trusted.hash);
  }
  // By hash, never by height: another block at the same height is what a forger would bring.
  const met = new Set<string>();
  let lowest = Number(start.number);
  for (let at: RawBlock<unknown> | undefined = start; at !== undefined; at = known.get(at.parentHash)) {
    met.add(hashed(at));
    lowest = Number(at.number);
  }
  const lost = blocks.filter(({ block }) => !met.has(hashed(block))).map(({ block }) => Number(block.number));
  const input = `${Number(start.number)} → ${lowest}`;
  if (lost.length === 0) return trusted.by === "server" ? { ...unchecked("parents", "toldByServer", input, trusted.hash), got: trusted.hash } : pass("parents", input, trusted.hash);
  // A gap below all that was gathered is a lack; a block at a height that was walked over is another block.
  const replaced = lost.find((number) => number >= lowest && number <= Number(start.number));
  if (replaced === undefined) return unchecked("parents", "notReached", input, lost.join(" "));
  return fail("parents", String(replaced), "–", trusted.hash, "replaced");
}
