/**
 * JSON-RPC, as far as a reader needs it: one question, or many that travel together.
 *
 * Knows viem's transport. Knows nothing of what is asked.
 */
import { createClient, http } from "viem";

export type Ask = <T>(method: string, ...params: readonly unknown[]) => Promise<T>;

/** Our server takes fifty in a batch; other nodes may take fewer. */
const IN_A_BATCH = 40;
const TIMEOUT_MS = 20_000;

/** Ask the node at `url`. Questions of the same moment go in one request when `together`; a stranger's node may not take that. */
export function askAt(url: string, { together = true }: { together?: boolean } = {}): Ask {
  const batch = together ? { batchSize: IN_A_BATCH, wait: 2 } : false;
  const client = createClient({ transport: http(url, { batch, retryCount: 1, timeout: TIMEOUT_MS }) });
  return <T>(method: string, ...params: readonly unknown[]) => client.request({ method, params } as never) as Promise<T>;
}

let own: Ask | undefined;

/** The node behind our own server. */
export function ask<T>(method: string, ...params: readonly unknown[]): Promise<T> {
  own ??= askAt(`${window.location.origin}/rpc`);
  return own<T>(method, ...params);
}

/** What went wrong, in the node's own words. viem's `shortMessage` says less, its `message` far more than a person reads. */
export function reasonOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { details, shortMessage, message } = error as { details?: string; shortMessage?: string; message?: string };
  return details || shortMessage || message || String(error);
}
