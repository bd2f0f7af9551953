import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { everyAtMost } from "./every-at-most";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("runs the first at once and of the others only the newest, a second later", () => {
  const ran: string[] = [];
  const run = everyAtMost(1000);
  for (const name of ["first", "second", "third"]) run(() => ran.push(name));
  expect(ran).toEqual(["first"]);
  vi.advanceTimersByTime(1000);
  expect(ran).toEqual(["first", "third"]);
  vi.advanceTimersByTime(1000);
  run(() => ran.push("fourth"));
  expect(ran).toEqual(["first", "third", "fourth"]);
});
