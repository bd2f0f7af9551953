"use client";

import type { RuleFailure } from "@/api/types";
import { useFailureWords } from "./failure-words";
import { RuleLink } from "./rule-link";

/** Every rule that said no, with both sides of its comparison. */
export function RuleFailures({ rules, side = "BUY" }: { rules: readonly RuleFailure[]; side?: string }) {
  const words = useFailureWords();
  return (
    <ul className="flex flex-col gap-0.5">
      {rules.map((rule) => (
        <li key={rule.id} className="flex items-baseline gap-x-2">
          <RuleLink id={rule.id} className="shrink-0 font-mono text-2xs font-medium whitespace-nowrap text-down" />
          <span className="num min-w-0 text-xs whitespace-normal text-ink-2">{words(rule, side)}</span>
        </li>
      ))}
    </ul>
  );
}
