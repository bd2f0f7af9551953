"use client";

import { CircleHelp, ShieldAlert, ShieldCheck, Check as Tick, X } from "lucide-react";
import { useTranslations } from "use-intl";
import { cn } from "@/lib/cn";
import { shortHash } from "@/lib/format";
import { conclusionOf, type Check } from "@/verify/check";

const LOOKS = {
  pass: { className: "bg-up-wash text-up", icon: Tick },
  fail: { className: "bg-down text-surface", icon: X },
  unchecked: { className: "border border-line-strong text-ink-3", icon: CircleHelp },
} as const;

/** What came of all checks, in one sentence. */
export function Conclusion({ checks }: { checks: readonly Check[] }) {
  const t = useTranslations("verify");
  const conclusion = conclusionOf(checks);
  const bad = conclusion === "failed";
  const Icon = bad ? ShieldAlert : ShieldCheck;
  const count = (outcome: Check["outcome"]) => checks.filter((each) => each.outcome === outcome).length;
  return (
    <div
      role="status"
      data-conclusion={conclusion}
      className={cn("flex items-start gap-3 border-l-2 px-3 py-2", bad ? "border-down bg-down-wash" : conclusion === "proven" ? "border-up bg-up-wash" : "border-warn bg-warn-wash")}
    >
      <Icon aria-hidden className={cn("mt-0.5 size-5 shrink-0", bad ? "text-down" : conclusion === "proven" ? "text-up" : "text-warn")} />
      <div className="min-w-0">
        <p className="font-semibold">{t(`conclusions.${conclusion}.title`)}</p>
        <p className="text-xs text-ink-2">{t(`conclusions.${conclusion}.text`)}</p>
        <p className="num mt-0.5 text-2xs text-ink-2">{t("counts", { pass: count("pass"), fail: count("fail"), unchecked: count("unchecked") })}</p>
      </div>
    </div>
  );
}

/** Each check with what was looked at, what came out and what should have. */
export function CheckList({ checks }: { checks: readonly Check[] }) {
  return (
    <ol className="divide-y divide-line">
      {checks.map((check, index) => (
        <Line key={`${check.id}-${index}`} check={check} />
      ))}
    </ol>
  );
}

function Line({ check }: { check: Check }) {
  const t = useTranslations("verify");
  const look = LOOKS[check.outcome];
  return (
    <li data-check={check.id} data-outcome={check.outcome} className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 px-3 py-2 lg:grid-cols-[auto_minmax(0,5fr)_minmax(0,7fr)]">
      <span className={cn("mt-0.5 inline-flex size-[18px] items-center justify-center rounded-full", look.className)}>
        <look.icon aria-hidden className="size-3" strokeWidth={3} />
        <span className="sr-only">{t(`outcomes.${check.outcome}`)}</span>
      </span>
      <div className="min-w-0">
        <p className="font-medium">
          {t(`checks.${check.id}.title`)} <span className={cn("text-2xs font-normal", check.outcome === "fail" ? "text-down" : "text-ink-3")}>{t(`outcomes.${check.outcome}`)}</span>
        </p>
        <p className="text-xs text-ink-2">{t(`checks.${check.id}.text`)}</p>
        {check.why ? <p className={cn("text-xs font-medium", check.outcome === "fail" ? "text-down" : "text-ink")}>{t(`why.${check.why}`)}</p> : null}
      </div>
      <dl className="col-start-2 mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-2 text-xs lg:col-start-3 lg:mt-0">
        {sidesOf(check).map(([name, value]) =>
          value === "" ? null : (
            <div key={name} className="contents">
              <dt className="text-ink-3">{t(name)}</dt>
              <dd className="font-mono break-words" title={value}>
                {value.split(" ").map(shorter).join(" ")}
              </dd>
            </div>
          ),
        )}
      </dl>
    </li>
  );
}

const sidesOf = (check: Check) => [["input", check.input], ["recomputed", check.got], ["expected", check.want]] as const; // prettier-ignore

/** Two hashes that differ must be seen to differ: their ends are kept. */
const shorter = (word: string) => (/^0x[0-9a-fA-F]{20,}$/.test(word) ? shortHash(word, 10) : word);
