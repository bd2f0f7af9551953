// @vitest-environment jsdom
import { beforeEach, expect, it } from "vitest";
import type { Head, History } from "@/verify/heads";
import { forgetSeen, seenHead, watchHistory } from "./watch";

const head: Head = {
  chain_id: "31337",
  genesis_hash: "0xgenesis",
  block: 10,
  block_hash: "0xblock10",
  log_position: 100,
  log_root: "0xlog100",
  record_seq: 5,
  record_head: "0xrecord5",
  observed_at: null,
};

/** A history at a head that answers for older places as it is told to. */
function history(now: Head, changed: Partial<Record<"block" | "log" | "record", string | null>> = {}): History {
  const answer = (place: "block" | "log" | "record", honest: string) => Promise.resolve(place in changed ? changed[place]! : honest);
  return {
    now: () => Promise.resolve(now),
    blockHashAt: (number) => answer("block", `0xblock${String(number)}`),
    logHashAt: (position) => answer("log", `0xlog${String(position)}`),
    recordHeadAt: (seq) => answer("record", `0xrecord${String(seq)}`),
  };
}

beforeEach(() => window.localStorage.clear());

it("keeps the first head and moves on while history extends it", async () => {
  expect(await watchHistory(history(head))).toBeNull();
  expect(seenHead()?.head.block).toBe(10);
  expect(await watchHistory(history({ ...head, block: 12, log_position: 130 }))).toBeNull();
  expect(seenHead()?.head.block).toBe(12);
});

it.each(["block", "log", "record"] as const)("tells of a %s that is another one, and keeps the head as evidence", async (place) => {
  await watchHistory(history(head));
  const broken = await watchHistory(history({ ...head, block: 12 }, { [place]: "0xother" }));
  expect(broken?.failed.map((each) => each.got)).toEqual(["0xother"]);
  expect(broken?.seen.head.block).toBe(10);
  expect(seenHead()?.head.block).toBe(10);
});

it("tells of a history that was cut behind it", async () => {
  await watchHistory(history(head));
  const broken = await watchHistory(history({ ...head, block: 3 }, { block: null, log: null, record: null }));
  expect(broken?.failed.map((each) => each.why)).toEqual(["cut", "cut", "cut"]);
});

it("tells of another chain at the same address, and begins anew when the visitor says so", async () => {
  await watchHistory(history(head));
  const other = { ...head, genesis_hash: "0xother" };
  expect((await watchHistory(history(other)))?.failed).toHaveLength(1);
  forgetSeen();
  expect(await watchHistory(history(other))).toBeNull();
  expect(seenHead()?.head.genesis_hash).toBe("0xother");
});
