import { describe, expect, it } from "vitest";
import english from "@/messages/en.json";
import { codeOf } from "./readable";

describe("the id of an error", () => {
  it.each([
    ["PriceTooGood", "PRICE_TOO_GOOD"],
    ["NotARole", "NOT_A_ROLE"],
    ["ECDSAInvalidSignatureS", "ECDSA_INVALID_SIGNATURE_S"],
  ])("is its name in capitals: %s", (name, code) => {
    expect(codeOf(name)).toBe(code);
    expect(english.reasons).toHaveProperty(code);
  });
});
