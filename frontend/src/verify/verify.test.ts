import { describe, expect, it } from "vitest";
import type { Hex } from "viem";
import type { RawBlock } from "@/chain/raw";
import type { Evidence } from "./bundle";
import type { Check, CheckId } from "./check";
import type { Trusted } from "./chain-checks";
import { headerHash, senderOf, transactionHash } from "./encoding";
import { digestOf, factsOf, signalsOf } from "./facts";
import { extendsHead, type Head, type History } from "./heads";
import { eventHash, firstBreak } from "./log-chain";
import { listRoot } from "./trie";
import { conclusionOf } from "./check";
import { verifyEvidence } from "./verify";
import vectors from "./vectors.json";

type Written = Omit<Evidence, "blocks" | "headers"> & { blocks: number[] };
const all = vectors.blocks as unknown as Evidence["blocks"];
const written = vectors.evidence as unknown as Written[];
const HEAD: Trusted = { hash: vectors.expected.head as Hex, by: "reader" };
const [ENTRY, REJECTION, EXIT] = [0, 1, 2] as const;

/** A fresh copy each time, so that a test may change what it likes. */
function evidence(which: number): Evidence {
  const part = written[which] as Written;
  const headers = all.slice(1).map(({ block }) => ({ ...block, transactions: [] as Hex[] }));
  return structuredClone({ ...part, blocks: part.blocks.map((number) => all[number] as Evidence["blocks"][number]), headers });
}

async function check(changed: Evidence, trusted: Trusted | null = HEAD): Promise<Map<CheckId, Check>> {
  const checks = await verifyEvidence(changed, { trusted, node: null });
  return new Map(checks.map((each) => [each.id, each]));
}

const failed = (checks: Map<CheckId, Check>) => [...checks.values()].filter((each) => each.outcome === "fail").map((each) => each.id);
const uncheckedOf = (checks: Map<CheckId, Check>) => [...checks.values()].filter((each) => each.outcome === "unchecked").map((each) => each.id);

/** The block that holds a call of this name, and its transaction. */
function placeOf(of: Evidence, name: string) {
  const place = factsOf(of).transactions.find(({ call, transaction }) => call?.functionName === name && transaction !== undefined);
  const block = of.blocks.find((each) => Number(each.block.number) === place?.block);
  if (place === undefined || block === undefined) throw new Error(`no ${name}`);
  return { block, transaction: block.block.transactions[0]!, receipt: block.receipts[0]! };
}

describe("what Python wrote", () => {
  it("has the same hashes of headers and transactions, senders, and roots", async () => {
    for (const [index, { block }] of all.entries()) {
      expect(headerHash(block)).toBe(vectors.expected.header_hashes[index]);
      for (const transaction of block.transactions) {
        expect(transactionHash(transaction)).toBe(transaction.hash);
        expect((await senderOf(transaction))?.toLowerCase()).toBe(transaction.from.toLowerCase());
      }
    }
  });
  it("has the same root of a list of any length", () => {
    for (const [size, root] of Object.entries(vectors.expected.list_roots)) {
      const values = Array.from({ length: Number(size) }, (_, index): Hex => `0x${index.toString(16).padStart(4, "0").repeat(20)}`);
      expect(listRoot(values), size).toBe(root);
    }
  });
  it("has the same digests and log hashes", () => {
    const entry = evidence(ENTRY);
    const signals = factsOf(entry).transactions.flatMap(({ call }) => signalsOf(entry, call));
    expect(signals.map(({ signal }) => digestOf(entry, signal))).toContain(vectors.expected.digests[0]);
    for (const event of entry.log) expect(eventHash(event)).toBe(event.hash);
    expect(firstBreak(entry.log)).toBeNull();
  });
});

describe("an honest trade", () => {
  it("passes every check up to a block that the reader trusts", async () => {
    const checks = await check(evidence(ENTRY));
    expect(failed(checks)).toEqual([]);
    expect(uncheckedOf(checks)).toEqual(["code"]);
    expect(conclusionOf([...checks.values()])).toBe("proven");
  });
  it("is only consistent when nobody but the server vouches for the block", async () => {
    const checks = await check(evidence(ENTRY), { ...HEAD, by: "server" });
    expect(checks.get("parents")).toMatchObject({ outcome: "unchecked", why: "toldByServer" });
    expect(conclusionOf([...checks.values()])).toBe("consistent");
  });
  it("that was rejected bears out its own numbers", async () => {
    const checks = await check(evidence(REJECTION));
    expect(failed(checks)).toEqual([]);
    expect(checks.get("verdict")?.got).toBe("RULE-03: 6000 | 6500");
    expect(checks.get("fill")?.outcome).toBe("unchecked");
  });
  it("that left by hand says what cannot be checked without a signal", async () => {
    const checks = await check(evidence(EXIT));
    expect(failed(checks)).toEqual([]);
    expect(uncheckedOf(checks)).toEqual(["code", "digest", "committed", "signers", "verdict"]);
  });
});

describe("tampering is caught by name", () => {
  it("the claimed amount", async () => {
    const changed = evidence(ENTRY);
    changed.claim.quantity = "0.02";
    expect(failed(await check(changed))).toEqual(["fill"]);
  });
  it("the claimed price and fee", async () => {
    for (const name of ["price", "fee"] as const) {
      const changed = evidence(ENTRY);
      changed.claim[name] = "1";
      expect(failed(await check(changed))).toEqual(["fill"]);
    }
  });
  it("an amount inside the call data", async () => {
    const changed = evidence(ENTRY);
    const { transaction } = placeOf(changed, "authorise");
    // 0.01 BTC as 64 hex digits, made one unit more.
    const amount = (1_000_000).toString(16).padStart(64, "0");
    expect(transaction.input).toContain(amount);
    transaction.input = transaction.input.replace(amount, (1_000_001).toString(16).padStart(64, "0")) as Hex;
    expect(failed(await check(changed))).toEqual(["transactions", "roots", "order"]);
  });
  it("an amount inside an event", async () => {
    const changed = evidence(ENTRY);
    const { receipt } = placeOf(changed, "record");
    const log = receipt.logs[0]!;
    log.data = log.data.replace((1_000_000).toString(16).padStart(64, "0"), (2_000_000).toString(16).padStart(64, "0")) as Hex;
    expect(failed(await check(changed))).toEqual(["roots", "fill", "records", "logMatches"]);
  });
  it("one nibble of an oracle's signature", async () => {
    const changed = evidence(ENTRY);
    const { transaction } = placeOf(changed, "commit");
    const before = transaction.input;
    // The signature is the last 65 bytes of the call, padded to 96: its first digits are 192 from the end.
    const at = before.length - 192 + 6;
    transaction.input = `${before.slice(0, at)}${before[at] === "0" ? "1" : "0"}${before.slice(at + 1)}` as Hex;
    expect(failed(await check(changed))).toEqual(["transactions", "roots", "signers"]);
    expect((await check(changed)).get("signers")?.why).toBe("notASigner");
  });
  it("one nibble of a transaction's signature", async () => {
    const changed = evidence(ENTRY);
    const { transaction } = placeOf(changed, "record");
    transaction.r = `${transaction.r.slice(0, -1)}${transaction.r.endsWith("0") ? "1" : "0"}` as Hex;
    expect(failed(await check(changed))).toEqual(["transactions", "roots"]);
  });
  it("another chain id", async () => {
    const changed = evidence(ENTRY);
    changed.chain.id = "1";
    const found = failed(await check(changed));
    expect(found).toContain("chain");
    expect(found).toContain("digest");
    expect(found).toContain("signers");
  });
  it("a commitment that came after the trade", async () => {
    const changed = evidence(ENTRY);
    const { block } = placeOf(changed, "commit");
    block.block.number = `0x${(1000).toString(16)}`;
    const checks = await check(changed);
    expect(failed(checks)).toContain("committed");
    expect(checks.get("committed")?.why).toBe("later");
    expect(failed(checks)).toContain("headers");
  });
  it("two trades that were swapped", async () => {
    const changed = evidence(ENTRY);
    const other = evidence(REJECTION);
    changed.claim = { ...changed.claim, digest: other.claim.digest };
    expect(failed(await check(changed))).toEqual(["digest", "committed", "signers", "order"]);
    const swapped = { ...evidence(ENTRY), claim: evidence(EXIT).claim };
    expect(failed(await check(swapped))).toEqual(expect.arrayContaining(["fill", "records", "logMatches"]));
  });
  it("a log entry that was dropped, re-ordered or changed", async () => {
    const dropped = evidence(ENTRY);
    dropped.log.splice(2, 1);
    expect((await check(dropped)).get("log")).toMatchObject({ outcome: "fail", why: "missing" });
    const renumbered = evidence(ENTRY);
    renumbered.log.splice(2, 1);
    renumbered.log.forEach((event, index) => (event.position = (renumbered.log[0]?.position ?? 0) + index));
    expect((await check(renumbered)).get("log")).toMatchObject({ outcome: "fail", why: "unlinked" });
    const reordered = evidence(ENTRY);
    const [first, second] = reordered.log.splice(2, 2);
    reordered.log.splice(2, 0, second!, first!);
    expect((await check(reordered)).get("log")?.outcome).toBe("fail");
    const changed = evidence(ENTRY);
    changed.log[3]!.state = changed.log[3]!.state.replace("2021", "2020");
    expect((await check(changed)).get("log")).toMatchObject({ outcome: "fail", why: "changed" });
  });
  it("a log that tells another story than the chain", async () => {
    const changed = evidence(ENTRY);
    const fill = changed.log.find((event) => event.topic.endsWith("OrderFilled"))!;
    fill.state = fill.state.replace("1000000", "2000000");
    expect((await check(changed)).get("logMatches")).toMatchObject({ outcome: "fail", got: "2000000", want: "1000000" });
  });
  it("a forged block header, and one that was made to fit itself", async () => {
    const forged = evidence(ENTRY);
    placeOf(forged, "commit").block.block.timestamp = "0x1";
    expect((await check(forged)).get("headers")).toMatchObject({ outcome: "fail", why: "forged" });
    const fitted = evidence(ENTRY);
    const { block } = placeOf(fitted, "commit").block;
    block.timestamp = "0x1";
    block.hash = headerHash(block as RawBlock<unknown>)!;
    expect((await check(fitted)).get("parents")).toMatchObject({ outcome: "fail", why: "replaced" });
  });
  it("a block that leads to no block the reader trusts", async () => {
    const checks = await check(evidence(ENTRY), { hash: `0x${"ab".repeat(32)}`, by: "reader" });
    expect(checks.get("parents")).toMatchObject({ outcome: "unchecked", why: "headersMissing" });
    const asked = await verifyEvidence(evidence(ENTRY), { trusted: { hash: `0x${"ab".repeat(32)}`, by: "reader" }, node: (async (method: string) => (method === "eth_getBlockByHash" ? null : "0x7ab5")) as never });
    expect(asked.find((each) => each.id === "parents")).toMatchObject({ outcome: "fail", why: "notFound" });
  });
  it("other code at the contract's address", async () => {
    const node = (async (method: string) => (method === "eth_chainId" ? `0x${Number(written[0]?.chain.id).toString(16)}` : "0x6000")) as never;
    const checks = await verifyEvidence(evidence(ENTRY), { trusted: HEAD, node });
    expect(checks.find((each) => each.id === "code")?.outcome).toBe("fail");
    expect(checks.find((each) => each.id === "chain")?.outcome).toBe("pass");
  });
  it("evidence without its blocks is a failed check, never a crash", async () => {
    const bare = { ...evidence(ENTRY), blocks: [], headers: [] };
    const found = failed(await check(bare));
    expect(found).toEqual(expect.arrayContaining(["digest", "committed", "signers", "order", "fill", "records"]));
  });
});

describe("a remembered head", () => {
  const head: Head = { chain_id: "31413", genesis_hash: "0xg", block: 9, block_hash: "0xb", log_position: 70, log_root: "0xl", record_seq: 4, record_head: "0xr", observed_at: null };
  const history = (part: Partial<History> = {}): History => ({
    now: async () => ({ ...head, block: 12, block_hash: "0xc" }),
    blockHashAt: async () => "0xb",
    logHashAt: async () => "0xl",
    recordHeadAt: async () => "0xr",
    ...part,
  });
  const outcomes = async (part: Partial<History>) => (await extendsHead({ head, seenAt: "2026-01-01T00:00:00Z" }, history(part))).map((each) => [each.outcome, each.why]);

  it("is extended by an honest history", async () => {
    expect(await outcomes({})).toEqual([["pass", undefined], ["pass", undefined], ["pass", undefined]]);
  });
  it("shows that history was cut behind it", async () => {
    expect(await outcomes({ blockHashAt: async () => null })).toContainEqual(["fail", "cut"]);
    expect(await outcomes({ logHashAt: async () => null })).toContainEqual(["fail", "cut"]);
    expect(await outcomes({ recordHeadAt: async () => null })).toContainEqual(["fail", "cut"]);
  });
  it("shows that history was written anew", async () => {
    expect(await outcomes({ blockHashAt: async () => "0xother" })).toContainEqual(["fail", "replaced"]);
    expect(await outcomes({ now: async () => ({ ...head, genesis_hash: "0xother" }) })).toEqual([["fail", "replaced"]]);
  });
});
