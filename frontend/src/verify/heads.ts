/**
 * A head that this browser has seen, and whether history still extends it.
 *
 * Knows what a witness keeps. Knows nothing of how it is asked or where it is stored.
 */
import { fail, pass, unchecked, type Check } from "./check";

export interface Head {
  chain_id: string;
  genesis_hash: string | null;
  block: number;
  block_hash: string;
  log_position: number;
  log_root: string;
  record_seq: number;
  record_head: string;
  observed_at: string | null;
}

export interface Remembered {
  head: Head;
  /** When this browser saw it, by its own clock. */
  seenAt: string;
}

/** The present history, asked at a place; null: it does not reach that far. */
export interface History {
  now: () => Promise<Head | null>;
  blockHashAt: (number: number) => Promise<string | null>;
  logHashAt: (position: number) => Promise<string | null>;
  recordHeadAt: (seq: number) => Promise<string | null>;
}

/** Does history extend the remembered head: same chain, same block, same log entry, same record. */
export async function extendsHead({ head }: Remembered, history: History): Promise<Check[]> {
  const now = await history.now();
  if (now === null) return [unchecked("remembered", "noNode")];
  if (now.chain_id !== head.chain_id || now.genesis_hash !== head.genesis_hash) {
    return [fail("remembered", "genesis", `${now.chain_id} ${now.genesis_hash}`, `${head.chain_id} ${head.genesis_hash}`, "replaced")];
  }
  return Promise.all([
    compared(`block ${head.block}`, () => history.blockHashAt(head.block), head.block_hash),
    compared(`log ${head.log_position}`, () => history.logHashAt(head.log_position), head.log_root),
    compared(`record ${head.record_seq}`, () => history.recordHeadAt(head.record_seq), head.record_head),
  ]);
}

async function compared(what: string, ask: () => Promise<string | null>, want: string): Promise<Check> {
  const got = await ask();
  if (got === null) return fail("remembered", what, "–", want, "cut");
  return got === want ? pass("remembered", what, got, want) : fail("remembered", what, got, want, "replaced");
}
