"use client";

import { useTranslations } from "use-intl";
import type { RuleCount } from "@/api/analytics";
import { formatCount } from "@/lib/format";
import { formatFraction } from "@/lib/measure";
import { Panel } from "@/ui/panel";
import { RuleLink } from "@/ui/rule-link";
import { Empty, SkeletonRows } from "@/ui/states";

/** Which rule said no how often. One rejection may name several. */
export function ByRule({ rules }: { rules: readonly RuleCount[] | undefined }) {
  const t = useTranslations("analytics");
  const names = useTranslations("rules");
  const most = Math.max(...(rules ?? []).map((rule) => rule.count), 1);
  return (
    <Panel title={t("rejectionsByRule")} note={t("shareOfAllRejectionsOne")}>
      {rules === undefined ? (
        <SkeletonRows rows={7} label={t("rejectionsByRule2")} />
      ) : rules.every((rule) => rule.count === 0) ? (
        <Empty why={t("theContractHasRejectedNothing")} next={t("whenARuleSaysNo")} />
      ) : (
        <ul className="py-1.5">
          {rules.map((rule) => (
            <li key={rule.id} className="grid h-7 grid-cols-[58px_minmax(0,1fr)_minmax(0,1fr)_44px_62px] items-center gap-x-2 px-3 max-sm:grid-cols-[58px_minmax(0,1fr)_44px_62px]">
              <RuleLink id={rule.id} className="font-mono text-2xs text-ink-2" />
              <span className="truncate">{names(`titles.${rule.id}`)}</span>
              <span aria-hidden className="h-1.5 bg-raised max-sm:hidden">
                <span className="block h-full origin-left bg-down" style={{ transform: `scaleX(${rule.count / most})` }} />
              </span>
              <span className={`num text-right ${rule.count === 0 ? "text-ink-3" : "font-medium"}`}>{formatCount(rule.count)}</span>
              <span className="num text-right text-ink-3">{formatFraction(rule.share, { digits: 1 })}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
