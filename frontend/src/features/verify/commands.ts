/** The same questions for a terminal: what a person with `cast` or Python asks to see the same answers. */
import type { Evidence } from "@/verify/bundle";
import { factsOf } from "@/verify/facts";

export function commandsFor(evidence: Evidence, origin: string): string {
  const { transactions } = factsOf(evidence);
  const own = transactions.filter(({ call }) => call !== null);
  const lines = own.map(({ transaction, call }) => `cast receipt ${transaction.hash} --rpc-url ${origin}/rpc  # ${call?.functionName}`);
  const authorised = own.find(({ call }) => call?.functionName === "authorise");
  const whole = authorised ? [`python scripts/verify_record.py ${origin} ${authorised.block}  # digest, commitment and signer once more, by web3.py`] : [];
  const code = evidence.chain.code.map((each) => `cast keccak $(cast code ${each.address} --rpc-url ${origin}/rpc)  # ${each.name}: ${each.hash}`);
  return [...lines, ...code, ...whole].join("\n");
}
