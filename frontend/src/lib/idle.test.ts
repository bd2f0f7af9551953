import { expect, it, vi } from "vitest";
import { oneByOneWhenIdle } from "./idle";

it("runs one thing each time there is nothing better to do, and no more once it is called off", () => {
  const idle: (() => void)[] = [];
  vi.stubGlobal("requestIdleCallback", (run: () => void) => idle.push(run));
  vi.stubGlobal("cancelIdleCallback", (at: number) => {
    idle[at - 1] = () => undefined;
  });
  const done: string[] = [];

  const callOff = oneByOneWhenIdle(["one", "two", "three"].map((name) => () => done.push(name)));
  idle[0]?.();
  expect(done).toEqual(["one"]);
  idle[1]?.();
  expect(done).toEqual(["one", "two"]);
  callOff();
  idle[2]?.();
  expect(done).toEqual(["one", "two"]);
  vi.unstubAllGlobals();
});
