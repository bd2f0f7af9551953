/**
 * Where something typed leads: a block, a transaction, an address, a trade, a market, a record, a page.
 *
 * What its form alone cannot tell (32 bytes may be a block, a transaction or a digest) is asked of the chain.
 */
import type { Hex } from "viem";
import { logsAbout } from "./queries";
import type { RawBlock, RawTransaction } from "./raw";
import { ask } from "./rpc";

export type Found = { kind: "block" | "transaction" | "address" | "trade" | "market" | "mentions"; href: string; text: string };

const HASH = /^(0x)?[0-9a-f]{64}$/i;
const ADDRESS = /^(0x)?[0-9a-f]{40}$/i;
const TRADE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NUMBER = /^[\d,._ ]{1,15}$/;

const withPrefix = (hex: string) => (hex.startsWith("0x") || hex.startsWith("0X") ? hex.toLowerCase() : `0x${hex.toLowerCase()}`);

/** What the form alone says; `undefined`: ask the chain. */
export function placeOf(typed: string, markets: readonly string[], contracts: readonly { name: string; address: string }[]): Found | null | undefined {
  const text = typed.trim();
  if (text === "") return null;
  if (NUMBER.test(text) && /\d/.test(text)) {
    const number = text.replace(/\D/g, "");
    return { kind: "block", href: `/block?n=${Number(number)}`, text: number };
  }
  if (ADDRESS.test(text)) return { kind: "address", href: `/address?a=${withPrefix(text)}`, text: withPrefix(text) };
  if (TRADE.test(text)) return { kind: "trade", href: `/trades?id=${text.toLowerCase()}`, text };
  const contract = contracts.find((each) => each.name.toLowerCase() === text.toLowerCase());
  if (contract) return { kind: "address", href: `/address?a=${contract.address}`, text: contract.name };
  const upper = text.toUpperCase().replace("/", "-");
  const market = markets.find((each) => each === upper || each.split("-")[0] === upper);
  if (market) return { kind: "market", href: `/trades?market=${market}`, text: market };
  return HASH.test(text) ? undefined : null;
}

/** Every place on the chain where 32 bytes mean something. */
export async function placesOfHash(typed: string): Promise<Found[]> {
  const hash = withPrefix(typed.trim());
  const [transaction, block] = await Promise.all([
    ask<RawTransaction | null>("eth_getTransactionByHash", hash).catch(() => null),
    ask<RawBlock<Hex> | null>("eth_getBlockByHash", hash, false).catch(() => null),
  ]);
  if (transaction) return [{ kind: "transaction", href: `/tx?hash=${hash}`, text: hash }];
  if (block) return [{ kind: "block", href: `/block?n=${Number(block.number)}`, text: String(Number(block.number)) }];
  const hashes = [...new Set((await logsAbout(hash)).map((log) => log.transactionHash))];
  return hashes.slice(0, 12).map((each) => ({ kind: "mentions", href: `/tx?hash=${each}`, text: each }));
}
