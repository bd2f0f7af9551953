/**
 * JSON-RPC, as far as a reader needs it: one question, or many that travel together.
 *
 * Knows viem's transport. Knows nothing of what is asked.
 */
import { createClient, http, HttpRequestError, TimeoutError } from "viem";
import { ApiProblem, noAnswer } from "@/api/problem";

export type Ask = <T>(method: string, ...params: readonly unknown[]) => Promise<T>;

/** Our server takes fifty in a batch; other nodes may take fewer. */
const IN_A_BATCH = 40;
const TIMEOUT_MS = 20_000;

/** Ask the node at `url`. Questions of the same moment go in one request when `together`; a stranger's node may not take that. */
export function askAt(url: string, { together = true }: { together?: boolean } = {}): Ask {
  const batch = together ? { batchSize: IN_A_BATCH, wait: 2 } : false;
  const client = createClient({ transport: http(url, { batch, retryCount: 1, timeout: TIMEOUT_MS }) });
  return async <T>(method: string, ...params: readonly unknown[]) => {
    try {
      return (await client.request({ method, params } as never)) as T;
    } catch (error) {
      throw isSilence(error) ? silenceOf(url, error) : error;
    }
  };
}

/** Nothing came back: a browser says no more than "Failed to fetch", be the node away or unwilling. */
function isSilence(error: unknown): error is Error {
  return error instanceof TimeoutError || (error instanceof HttpRequestError && error.cause instanceof TypeError);
}

function silenceOf(url: string, cause: Error): ApiProblem {
  if (typeof window !== "undefined" && new URL(url).origin === window.location.origin) return noAnswer(cause);
  return new ApiProblem("NODE_SILENT", `The node at ${url} did not answer, or does not let this page ask it (CORS).`, 0, { cause: cause.message });
}

let own: Ask | undefined;

/** The node behind our own server. */
export function ask<T>(method: string, ...params: readonly unknown[]): Promise<T> {
  own ??= askAt(`${window.location.origin}/rpc`);
  return own<T>(method, ...params);
}
