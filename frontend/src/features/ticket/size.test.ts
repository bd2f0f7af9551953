import { expect, it } from "vitest";
import english from "@/messages/en.json";
import { shareFromPercent } from "./size";

it("reads a percentage exactly", () => {
  expect(shareFromPercent("5")).toEqual({ share: "0.05", error: null });
  expect(shareFromPercent(" 2.5 % ")).toEqual({ share: "0.025", error: null });
  expect(shareFromPercent("2,5")).toEqual({ share: "0.025", error: null });
  expect(shareFromPercent("100")).toEqual({ share: "1", error: null });
  expect(shareFromPercent("0.01")).toEqual({ share: "0.0001", error: null });
});

it("asks for the signal's own size when nothing is typed", () => {
  expect(shareFromPercent("  ")).toEqual({ share: undefined, error: null });
});

it.each(["0", "-1", "101", "five", "1e2", "0.001", "1.234", ".", "999999"])("refuses %s and says why", (typed) => {
  const { share, error } = shareFromPercent(typed);
  expect(share).toBeUndefined();
  expect(english.ticket.sizeErrors[error ?? "notAPercentage"]).toMatch(/\.$/);
  expect(error).not.toBeNull();
});
