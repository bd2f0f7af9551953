"use client";

import { useTranslations } from "use-intl";
import { useDashboard } from "@/live/live";
import { formatCount } from "@/lib/format";
import { baseOf } from "@/lib/market";
import { formatFraction } from "@/lib/measure";
import { CycleLink } from "@/ui/cycle-parts";
import { Panel } from "@/ui/panel";
import { RuleFailures } from "@/ui/rule-failures";
import { RuleLink } from "@/ui/rule-link";
import { Side } from "@/ui/side";
import { Empty, SkeletonRows } from "@/ui/states";

/** What the contract refused, each with the rule and both numbers. */
export function Rejections({ className }: { className?: string }) {
  const t = useTranslations("rejections");
  const names = useTranslations("rules");
  const rejections = useDashboard("rejections");
  const counters = useDashboard("counters");
  return (
    <Panel
      title={t("rejections")}
      note={t("recordedByTheContractNever")}
      className={className}
      actions={
        <span className="flex flex-wrap gap-x-2 font-mono text-2xs text-ink-3">
          {counters?.rejections_by_rule
            .filter((rule) => rule.count > 0)
            .map((rule) => (
              <RuleLink key={rule.id} id={rule.id} title={t("allThat", { title: names(`titles.${rule.id}`), rule: rule.id })}>
                {rule.id.slice(5)}×{formatCount(rule.count)}
              </RuleLink>
            ))}
        </span>
      }
      bodyClassName="min-h-0 overflow-x-hidden overflow-y-auto max-xl:max-h-[420px]"
    >
      {rejections === undefined ? (
        <SkeletonRows rows={5} label={t("rejections2")} />
      ) : rejections.length === 0 ? (
        <Empty why={t("nothingWasRejectedSoFar")} next={t("whenARuleSaysNo")} />
      ) : (
        <ul className="divide-y divide-line">
          {rejections.map((rejection) => (
            <li key={rejection.cycle_id} className="px-3 py-2">
              <div className="mb-0.5 flex flex-wrap items-baseline gap-x-2 text-xs">
                <CycleLink id={rejection.cycle_id} time={rejection.time} />
                <span className="font-semibold">{baseOf(rejection.market)}</span>
                <Side side={rejection.side} />
                <span className="num text-2xs text-ink-3">
                  {t("confidence", { share: formatFraction(rejection.confidence, { digits: 1 }) })}
                  {rejection.block === null ? "" : ` · ${t("block", { number: formatCount(rejection.block) })}`}
                </span>
              </div>
              <RuleFailures rules={rejection.rules} side={rejection.side} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
