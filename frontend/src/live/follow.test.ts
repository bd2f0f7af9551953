// @vitest-environment jsdom
import { renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useFollow } from "./follow";

const picture: Record<string, object | undefined> = {};
vi.mock("./live", () => ({ useDashboard: (part: string) => picture[part] }));

const EVERY_MS = 2000;
let asked = 0;

beforeEach(() => {
  vi.useFakeTimers();
  asked = 0;
  Object.assign(picture, { counters: undefined, book: undefined });
});
afterEach(() => vi.useRealTimers());

const follow = () => renderHook(() => useFollow(() => (asked += 1), EVERY_MS));
const comes = (signals: number, record_seq: number) => Object.assign(picture, { counters: { signals }, book: { record_seq } });

it("asks nothing for the first picture, nor for one that says the same", () => {
  const { rerender } = follow();
  comes(1, 1);
  rerender();
  comes(1, 1);
  rerender();

  expect(asked).toBe(0);
});

it("asks at once when something came, and for all that follows soon only once more", () => {
  comes(1, 1);
  const { rerender } = follow();

  for (const seq of [2, 3, 4]) {
    comes(1, seq);
    rerender();
  }
  expect(asked).toBe(1);

  vi.advanceTimersByTime(EVERY_MS);
  expect(asked).toBe(2);
});

it("asks for a signal that is not judged yet", () => {
  comes(1, 1);
  const { rerender } = follow();
  comes(2, 1);
  rerender();

  expect(asked).toBe(1);
});
