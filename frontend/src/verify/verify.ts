/**
 * All checks of one trade's evidence, in the order in which they build on each other.
 *
 * Knows the list. A check that breaks on malformed evidence is a failed check, never a crash.
 */
import type { Ask } from "@/chain/rpc";
import type { Evidence } from "./bundle";
import * as chain from "./chain-checks";
import { fail, type Check, type CheckId } from "./check";
import { factsOf } from "./facts";
import * as trade from "./trade-checks";

export interface Options {
  /** The block that the reader trusts; without one nothing is proven against the operator. */
  trusted: chain.Trusted | null;
  /** A node to ask for what no file can hold; null: the file alone. */
  node: Ask | null;
}

export async function verifyEvidence(evidence: Evidence, { trusted, node }: Options): Promise<Check[]> {
  const facts = factsOf(evidence);
  const steps: [CheckId, () => Check | Promise<Check>][] = [
    ["chain", () => chain.chainId(evidence, node)],
    ["code", () => chain.code(evidence, node)],
    ["transactions", () => chain.transactions(evidence)],
    ["headers", () => chain.headers(evidence)],
    ["roots", () => chain.roots(evidence)],
    ["parents", () => chain.parents(evidence, trusted, node)],
    ["digest", () => trade.digest(evidence, facts)],
    ["committed", () => trade.committed(evidence, facts)],
    ["signers", () => trade.signers(evidence, facts)],
    ["order", () => trade.order(evidence, facts)],
    ["fill", () => trade.fill(evidence, facts)],
    ["records", () => trade.records(evidence, facts)],
    ["limits", () => trade.limits(evidence, facts)],
    ["verdict", () => trade.verdict(evidence, facts)],
    ["log", () => trade.log(evidence)],
    ["logMatches", () => trade.logMatches(evidence, facts)],
  ];
  const checks: Check[] = [];
  for (const [id, step] of steps) checks.push(await attempted(id, step));
  return checks;
}

async function attempted(id: CheckId, step: () => Check | Promise<Check>): Promise<Check> {
  try {
    return await step();
  } catch (error) {
    return fail(id, "", error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error), "–");
  }
}
