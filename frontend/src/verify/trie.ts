/**
 * The root of a Merkle-Patricia trie over a list, as Ethereum keeps a block's transactions and receipts.
 *
 * Knows nibbles and nodes. Knows nothing of what the values are.
 */
import { keccak256, numberToHex, toRlp, type Hex } from "viem";

interface Entry {
  path: number[];
  value: Hex;
}

type Rlp = Hex | readonly Rlp[];

const EMPTY: Hex = "0x80";
const INLINE_BELOW = 32;

/** Keys are the RLP of each index. */
export function listRoot(values: readonly Hex[]): Hex {
  if (values.length === 0) return keccak256(EMPTY);
  const entries = values.map((value, index) => ({ path: nibblesOf(toRlp(index === 0 ? "0x" : evenHex(index))), value }));
  return keccak256(encode(nodeOf(entries, 0)));
}

function nodeOf(entries: readonly Entry[], depth: number): Rlp {
  const [first] = entries;
  if (first === undefined) return "0x";
  if (entries.length === 1) return [packed(first.path.slice(depth), true), first.value];
  const shared = sharedFrom(entries, depth);
  if (shared > 0) return [packed(first.path.slice(depth, depth + shared), false), referenceTo(nodeOf(entries, depth + shared))];
  const children = Array.from({ length: 16 }, (_, nibble): Rlp => {
    const below = entries.filter((entry) => entry.path.length > depth && entry.path[depth] === nibble);
    return below.length === 0 ? "0x" : referenceTo(nodeOf(below, depth + 1));
  });
  return [...children, entries.find((entry) => entry.path.length === depth)?.value ?? "0x"];
}

/** How many nibbles all paths have in common from here on. */
function sharedFrom(entries: readonly Entry[], depth: number): number {
  const [first] = entries;
  let length = 0;
  while (first !== undefined && depth + length < first.path.length && entries.every((entry) => entry.path[depth + length] === first.path[depth + length])) length += 1;
  return length;
}

/** A node of 32 bytes or more stands in its parent by its hash. */
function referenceTo(node: Rlp): Rlp {
  const encoded = encode(node);
  return (encoded.length - 2) / 2 < INLINE_BELOW ? node : keccak256(encoded);
}

function encode(node: Rlp): Hex {
  return toRlp(node as Parameters<typeof toRlp>[0]) as Hex;
}

/** Hex-prefix encoding: a flag for leaf and odd length, then the nibbles. */
function packed(path: readonly number[], leaf: boolean): Hex {
  const odd = path.length % 2 === 1;
  const flag = (leaf ? 2 : 0) + (odd ? 1 : 0);
  const nibbles = odd ? [flag, ...path] : [flag, 0, ...path];
  return `0x${nibbles.map((nibble) => nibble.toString(16)).join("")}`;
}

function nibblesOf(hex: Hex): number[] {
  return [...hex.slice(2)].map((digit) => Number.parseInt(digit, 16));
}

function evenHex(number: number): Hex {
  const hex = numberToHex(number).slice(2);
  return `0x${hex.length % 2 === 1 ? "0" : ""}${hex}`;
}
