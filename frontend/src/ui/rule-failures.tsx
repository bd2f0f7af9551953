import type { RuleFailure } from "@/api/types";
import { formatMeasure } from "@/lib/measure";

/** Every rule that said no, with both sides of its comparison. */
export function RuleFailures({ rules }: { rules: readonly RuleFailure[] }) {
  return (
    <ul className="flex flex-col gap-0.5">
      {rules.map((rule) => (
        <li key={rule.id} className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-mono text-2xs font-medium text-down">{rule.id}</span>
          <span className="min-w-0 text-xs text-ink-2" title={rule.text}>
            {saysItAll(rule) ? rule.title : rule.text}
          </span>
          {saysItAll(rule) ? (
            <span className="num ml-auto text-xs">
              {formatMeasure(rule.measured, rule.unit)} <span className="text-ink-3">against</span> {formatMeasure(rule.limit, rule.unit)}
            </span>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

/** Two numbers side by side say more than a sentence; a state has none. */
function saysItAll(rule: RuleFailure): boolean {
  return rule.measured !== null && rule.limit !== null && rule.unit !== "state";
}
