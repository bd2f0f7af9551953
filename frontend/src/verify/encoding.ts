/**
 * Transactions, receipts and headers as the bytes that Ethereum hashes.
 *
 * Knows the consensus encodings (EIP-155, 2718, 2930, 1559, 4844, 7702). Knows nothing of nodes or of trust.
 */
import { concatHex, keccak256, recoverAddress, serializeSignature, toRlp, type Hex } from "viem";
import type { RawBlock, RawReceipt, RawTransaction } from "@/chain/raw";

type Rlp = Hex | readonly Rlp[];

const rlp = (value: Rlp): Hex => toRlp(value as Parameters<typeof toRlp>[0]) as Hex;

/** A number without leading zeros; zero is nothing. */
function minimal(hex: Hex | undefined | null): Hex {
  const digits = (hex ?? "0x").slice(2).replace(/^0+/, "");
  return digits === "" ? "0x" : `0x${digits.length % 2 === 1 ? "0" : ""}${digits}`;
}

const accessOf = (tx: RawTransaction): Rlp => (tx.accessList ?? []).map((each) => [each.address, each.storageKeys]);
const typeOf = (thing: { type?: Hex }): number => Number(thing.type ?? "0x0");

interface Parts {
  /** Everything that was signed. */
  body: Rlp[];
  /** What follows the body: the parity and the two numbers of the signature. */
  signature: Rlp[];
}

/** Null for a kind we do not know, for example a deposit of an L2. */
function partsOf(tx: RawTransaction): Parts | null {
  const more = tx as RawTransaction & { maxFeePerBlobGas?: Hex; blobVersionedHashes?: Hex[]; authorizationList?: Record<string, Hex>[] };
  const to = tx.to ?? "0x";
  const typed = [minimal(tx.yParity ?? tx.v), minimal(tx.r), minimal(tx.s)];
  const fees = [minimal(tx.maxPriorityFeePerGas), minimal(tx.maxFeePerGas)];
  const call = [minimal(tx.gas), to, minimal(tx.value), tx.input];
  switch (typeOf(tx)) {
    case 0:
      return { body: [minimal(tx.nonce), minimal(tx.gasPrice), ...call], signature: [minimal(tx.v), minimal(tx.r), minimal(tx.s)] };
    case 1:
      return { body: [minimal(tx.chainId), minimal(tx.nonce), minimal(tx.gasPrice), ...call, accessOf(tx)], signature: typed };
    case 2:
      return { body: [minimal(tx.chainId), minimal(tx.nonce), ...fees, ...call, accessOf(tx)], signature: typed };
    case 3:
      return { body: [minimal(tx.chainId), minimal(tx.nonce), ...fees, ...call, accessOf(tx), minimal(more.maxFeePerBlobGas), more.blobVersionedHashes ?? []], signature: typed };
    case 4: {
      const authorised = (more.authorizationList ?? []).map((each) => [minimal(each.chainId), each.address ?? "0x", minimal(each.nonce), minimal(each.yParity), minimal(each.r), minimal(each.s)]);
      return { body: [minimal(tx.chainId), minimal(tx.nonce), ...fees, ...call, accessOf(tx), authorised], signature: typed };
    }
    default:
      return null;
  }
}

function withType(type: number, bytes: Hex): Hex {
  return type === 0 ? bytes : concatHex([`0x${type.toString(16).padStart(2, "0")}`, bytes]);
}

/** The bytes that a block holds of a transaction; null for a kind we do not know. */
export function transactionBytes(tx: RawTransaction): Hex | null {
  const parts = partsOf(tx);
  return parts && withType(typeOf(tx), rlp([...parts.body, ...parts.signature]));
}

export function transactionHash(tx: RawTransaction): Hex | null {
  const bytes = transactionBytes(tx);
  return bytes && keccak256(bytes);
}

/** Who signed a transaction, by its signature alone; null for a kind we do not know or a signature of nobody. */
export async function senderOf(tx: RawTransaction): Promise<Hex | null> {
  const parts = partsOf(tx);
  if (parts === null) return null;
  const v = BigInt(tx.v ?? "0x0");
  const legacy = typeOf(tx) === 0;
  const replayProtected = legacy && v >= 35n;
  const body = replayProtected ? [...parts.body, minimal(`0x${((v - 35n) / 2n).toString(16)}`), "0x" as Hex, "0x" as Hex] : parts.body;
  const parity = legacy ? Number(replayProtected ? (v - 35n) % 2n : v - 27n) : Number(tx.yParity ?? tx.v);
  try {
    return await recoverAddress({ hash: keccak256(withType(typeOf(tx), rlp(body))), signature: serializeSignature({ r: tx.r, s: tx.s, yParity: parity }) });
  } catch {
    return null;
  }
}

export function receiptBytes(receipt: RawReceipt): Hex {
  const logs = receipt.logs.map((log) => [log.address, log.topics, log.data]);
  return withType(typeOf(receipt), rlp([minimal(receipt.status), minimal(receipt.cumulativeGasUsed), receipt.logsBloom, logs]));
}

/** Fields that later forks added, in the order of their arrival; a header has all before its last. */
const LATER = ["baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash"] as const;
const NUMBERS = new Set<string>(["baseFeePerGas", "blobGasUsed", "excessBlobGas"]);

/** The hash of a block's header from its fields; null when the node left one out. */
export function headerHash(block: RawBlock<unknown>): Hex | null {
  const fixed = [block.parentHash, block.sha3Uncles, block.miner, block.stateRoot, block.transactionsRoot, block.receiptsRoot, block.logsBloom];
  const numbers = [block.difficulty, block.number, block.gasLimit, block.gasUsed, block.timestamp];
  const rest = [block.extraData, block.mixHash, block.nonce];
  if ([...fixed, ...numbers, ...rest].some((each) => each === undefined || each === null)) return null;
  const later = LATER.flatMap((name) => {
    const value = block[name];
    return value === undefined || value === null ? [] : [NUMBERS.has(name) ? minimal(value) : value];
  });
  return keccak256(rlp([...fixed, ...numbers.map(minimal), ...rest, ...later]));
}
