import { expect, it } from "vitest";
import { reasonOf } from "./reason";

it("takes a node's details, else the short message, else the message", () => {
  expect(reasonOf({ details: "execution reverted", shortMessage: "RPC failed", message: "RPC failed\n\nURL…" })).toBe("execution reverted");
  expect(reasonOf({ details: "", shortMessage: "RPC failed", message: "RPC failed\n\nURL…" })).toBe("RPC failed");
  expect(reasonOf(new Error("plain"))).toBe("plain");
});

it("says nothing where an error says nothing", () => {
  for (const nothing of [null, undefined, "", 7, {}, new Error("")]) expect(reasonOf(nothing)).toBeNull();
});
