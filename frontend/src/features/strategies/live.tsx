"use client";

import { useTranslations } from "use-intl";
import { useCompareLive, useLiveComparison } from "@/api/strategies";
import { useReady } from "@/live/live";
import { useChangeBlock } from "@/live/trading-block";
import { formatCount, formatTime } from "@/lib/format";
import { Button } from "@/ui/button";
import { DifferenceTable, Outcome } from "@/ui/differences";
import { Panel } from "@/ui/panel";
import { Answered, Empty, Failure, SkeletonRows } from "@/ui/states";

/** Every signal that was committed here, HOLD included, against what the same code says of the same candles now. */
export function Live() {
  const t = useTranslations("strategies");
  const comparison = useLiveComparison(useReady());
  const compare = useCompareLive();
  const block = useChangeBlock();
  return (
    <Panel
      title={t("live")}
      note={t("liveNote")}
      actions={
        <Button size="small" blocked={block} busy={compare.isPending} onClick={() => compare.mutate()}>
          {t("compareNow")}
        </Button>
      }
    >
      {compare.error ? <Failure what={t("notBegun")} error={compare.error} className="m-3" /> : null}
      <Answered query={{ ...comparison, data: comparison.data === undefined ? undefined : { found: comparison.data } }} what={t("liveFailed")} loading={<SkeletonRows rows={1} label={t("live")} />}>
        {({ found }) =>
          found === null ? (
            <Empty why={t("notCompared")} next={t("notComparedNext")} />
          ) : (
            <>
              <p className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2.5">
                <Outcome clean={found.clean} />
                <span className="num">{t("compared", { count: formatCount(found.compared.COMMITTED ?? 0), wrong: formatCount(found.differing) })}</span>
                <span className="text-xs text-ink-3">{t("comparedAt", { time: formatTime(found.as_of, "minutes") })}</span>
              </p>
              {found.clean ? <p className="px-3 pb-2.5 text-xs text-ink-2">{t("cleanMeans")}</p> : <DifferenceTable differences={found.differences} />}
            </>
          )
        }
      </Answered>
    </Panel>
  );
}
