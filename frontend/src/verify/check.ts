/** One line of a verification: what was looked at, what came out, what should have. */

export const CHECKS = [
  "chain", "code", "transactions", "headers", "roots", "parents", "digest", "committed", "signers", "order", "fill", "records", "limits", "verdict", "log", "logMatches",
] as const;
export type CheckId = (typeof CHECKS)[number] | "remembered";

export interface Check {
  id: CheckId;
  outcome: "pass" | "fail" | "unchecked";
  input: string;
  got: string;
  want: string;
  /** Why it was not checked, or how it failed: a key of the page's words. */
  why?: Why;
}

export type Why =
  | "noSignal" | "noFill" | "notRejected" | "noNode" | "unknownType" | "noHeaders" | "headersMissing" | "noTrusted" | "toldByServer" | "noLimits" | "noSigners" | "noLog" | "outsideBook"
  | "differs" | "notFound" | "later" | "forged" | "missing" | "unlinked" | "changed" | "notASigner" | "tooFew" | "above" | "noPrevious" | "notReached" | "cut" | "replaced";

export const pass = (id: CheckId, input: string, got: string, want = got): Check => ({ id, outcome: "pass", input, got, want });
export const fail = (id: CheckId, input: string, got: string, want: string, why: Why = "differs"): Check => ({ id, outcome: "fail", input, got, want, why });
export const unchecked = (id: CheckId, why: Why, input = "", want = ""): Check => ({ id, outcome: "unchecked", input, got: "", want, why });

/** Pass when both sides are the same text, else fail with both. */
export function same(id: CheckId, input: string, got: string, want: string): Check {
  return got.toLowerCase() === want.toLowerCase() ? pass(id, input, got, want) : fail(id, input, got, want);
}

export type Conclusion = "failed" | "consistent" | "proven";

/** Nothing failed and the blocks lead up to one that the reader trusts: proven. Nothing failed otherwise: consistent. */
export function conclusionOf(checks: readonly Check[]): Conclusion {
  if (checks.some((check) => check.outcome === "fail")) return "failed";
  return checks.some((check) => check.id === "parents" && check.outcome === "pass") ? "proven" : "consistent";
}
