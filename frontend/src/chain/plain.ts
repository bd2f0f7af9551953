/**
 * One question to the node behind our own server, without a library: for what every page asks.
 *
 * Knows JSON-RPC's envelope. Pages that ask more than that use `rpc.ts`.
 */
import type { Ask } from "./rpc";

export const hexOf = (number: number | bigint): `0x${string}` => `0x${number.toString(16)}`;

export const askPlainly: Ask = async <T>(method: string, ...params: readonly unknown[]): Promise<T> => {
  const answer = await fetch("/rpc", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) });
  const told = (await answer.json()) as { result?: T; error?: { message: string } };
  if (told.error !== undefined) throw new Error(told.error.message);
  return told.result as T;
};
