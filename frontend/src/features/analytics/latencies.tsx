"use client";

import { useTranslations } from "use-intl";
import type { Latency } from "@/api/analytics";
import { formatCount } from "@/lib/format";
import { Panel } from "@/ui/panel";
import { SkeletonRows } from "@/ui/states";
import { Table, Td, Th } from "@/ui/table";
import { formatMs } from "./figures";
import { Formula } from "./formula";
import { useNamed } from "./named";

/** How long each step takes: half of all are faster than p50, one in a hundred is slower than p99. */
export function Latencies({ latencies }: { latencies: readonly Latency[] | undefined }) {
  const t = useTranslations("analytics");
  const named = useNamed();
  return (
    <Panel title={t("latencies")} note={t("onTheWallClockBy")}>
      {latencies === undefined ? (
        <SkeletonRows rows={8} label={t("latencies2")} />
      ) : (
        <Table
          caption={t("latencies")}
          head={
            <>
              <Th>{t("step")}</Th>
              <Th right>{t("p50")}</Th>
              <Th right>{t("p99")}</Th>
              <Th right className="max-sm:hidden">
                {t("count")}
              </Th>
            </>
          }
        >
          {latencies.map((step) => (
            <tr key={step.id} className="hover:bg-raised">
              <Td className="max-w-[170px]">
                <Formula {...named("latencies", step)} note={t("measured", { count: formatCount(step.observations) })} />
              </Td>
              {step.enough ? (
                <>
                  <Td right>{formatMs(step.p50_ms)}</Td>
                  <Td right>{formatMs(step.p99_ms)}</Td>
                </>
              ) : (
                <Td right className="text-ink-3" colSpan={2}>
                  {t("notEnoughData")}
                </Td>
              )}
              <Td right className="text-ink-3 max-sm:hidden">{formatCount(step.observations)}</Td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}
