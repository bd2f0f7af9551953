import { expect, it } from "vitest";
import { keyFromFragment } from "./session";

it("reads the one-time key from the fragment, and nothing else", () => {
  expect(keyFromFragment("#key=abc_123-XYZ")).toBe("abc_123-XYZ");
  expect(keyFromFragment("#key=")).toBeNull();
  expect(keyFromFragment("")).toBeNull();
  expect(keyFromFragment("#content")).toBeNull();
});
