"use client";

import { useTranslations } from "use-intl";
import { cn } from "@/lib/cn";
import { useStatus, useSynthetic } from "@/live/live";
import { Badge } from "@/ui/badge";
import { Panel } from "@/ui/panel";

const LEVELS = ["S", "P0", "P1", "P2"] as const;
const DISHONEST = ["trader", "oracle", "operator"] as const;

/** How far all this can be trusted, in words: the levels, and who could still deceive about what. */
export function Levels() {
  const t = useTranslations("verify.levels");
  const trust = useTranslations("trust");
  const level = useStatus((status) => status.trust.level) ?? "S";
  const synthetic = useSynthetic();
  return (
    <Panel title={t("title")}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-px bg-line lg:grid-cols-2">
        <ol className="bg-surface">
          {LEVELS.map((each) => (
            <li key={each} aria-current={each === level || undefined} className={cn("flex gap-3 border-l-2 px-3 py-2", each === level ? "border-wax bg-wax-wash" : "border-transparent")}>
              <Badge tone={each === level ? "wax" : "plain"}>{each}</Badge>
              <p className="min-w-0 text-xs">
                {trust(each === "S" && synthetic ? "levels.S_SYNTHETIC" : `levels.${each}`)} {each === level ? <strong className="font-semibold">{t("here")}</strong> : null}
              </p>
            </li>
          ))}
        </ol>
        <dl className="bg-surface px-3 py-2 text-xs">
          {DISHONEST.map((who) => (
            <div key={who} className="border-b border-line py-1.5 last:border-0">
              <dt className="font-medium">{t(`${who}.who`)}</dt>
              <dd className="text-ink-2">{t(`${who}.still`)}</dd>
              <dd className="text-ink-2">{t(`${who}.no`)}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Panel>
  );
}
