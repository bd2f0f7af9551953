import { expect, it, vi } from "vitest";
import { Unveiling } from "./unveiling";

function unveiling(...order: string[]) {
  const waiting: (() => void)[] = [];
  const parts = new Unveiling(order, (run) => waiting.push(run));
  return { parts, next: () => waiting.shift()?.() };
}

it("shows nothing before there is a picture", () => {
  const { parts } = unveiling("book", "prices");

  expect(parts.has("book")).toBe(false);
});

it("shows one part more each time it has its turn, and tells who watches", () => {
  const { parts, next } = unveiling("book", "prices", "signals");
  const told = vi.fn();
  parts.watch(told);

  parts.begin();
  parts.begin();
  expect(["book", "prices", "signals"].map((part) => parts.has(part))).toEqual([true, false, false]);
  next();
  expect(["book", "prices", "signals"].map((part) => parts.has(part))).toEqual([true, true, false]);
  next();
  next();
  expect(["book", "prices", "signals"].map((part) => parts.has(part))).toEqual([true, true, true]);
  expect(told).toHaveBeenCalledTimes(3);
});

it("shows with the first what nobody has given a place", () => {
  const { parts } = unveiling("book");
  expect(parts.has("news")).toBe(false);

  parts.begin();

  expect(parts.has("news")).toBe(true);
});
