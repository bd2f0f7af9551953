"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { client } from "@/api/client";
import { getRulebook, type Reason } from "@/api/generated";
import { answerOf } from "@/api/problem";
import { Panel } from "@/ui/panel";
import { Answered, SkeletonRows } from "@/ui/states";

const KINDS = ["RULE", "PART", "SKIP", "MALFORMED", "FLAG", "CAUSE", "FAULT", "MUST"] as const;

/** All that the contracts must do and may answer, by the ids of RULES.md, in the reader's language. */
export function Rulebook() {
  const t = useTranslations("rulebook");
  const rulebook = useQuery({
    queryKey: ["rulebook"],
    queryFn: ({ signal }) => answerOf(getRulebook({ client, signal })),
    staleTime: Infinity,
  });
  return (
    <Panel title={t("title")} note={t("note")}>
      <Answered query={rulebook} what={t("failed")} loading={<SkeletonRows rows={8} label={t("title")} />}>
        {({ items }) => (
          <div className="divide-y divide-line">
            {KINDS.map((kind) => (
              <Reasons key={kind} title={t(`kinds.${kind}`)} reasons={items.filter((each) => each.kind === kind)} />
            ))}
          </div>
        )}
      </Answered>
    </Panel>
  );
}

function Reasons({ title, reasons }: { title: string; reasons: readonly Reason[] }) {
  const t = useTranslations("reasons");
  return (
    <details className="px-3 py-2">
      <summary className="min-h-6 font-medium">
        {title} <span className="num text-xs text-ink-3">{reasons.length}</span>
      </summary>
      <dl className="mt-1 grid grid-cols-[minmax(0,1fr)] gap-y-1 text-xs sm:grid-cols-[16rem_minmax(0,1fr)]">
        {reasons.map((each) => (
          <div key={each.code} id={each.code} className="contents">
            <dt className="font-mono text-2xs break-words text-ink-2">{each.code}</dt>
            <dd className="text-ink-2">{t.has(each.code as never) ? t(each.code as never) : each.name}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
