"use client";

import { memo, type ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Counters, Cycle } from "@/api/types";
import { useDashboard, useQuote, useStatus } from "@/live/live";
import { formatCount, formatTime } from "@/lib/format";
import { baseOf } from "@/lib/market";
import { formatFraction } from "@/lib/measure";
import { CycleLink, CycleSide, WhyCell } from "@/ui/cycle-parts";
import { Delta } from "@/ui/delta";
import { Outcome } from "@/ui/outcome";
import { Panel } from "@/ui/panel";
import { Empty, SkeletonRows } from "@/ui/states";
import { StepTicks } from "@/ui/steps";
import { StackedRow, Table, Td, Th } from "@/ui/table";

/** The last signals and how far each came through the seven steps. */
export function Signals({ className }: { className?: string }) {
  const t = useTranslations("signals");
  const signals = useDashboard("signals");
  const counters = useDashboard("counters");
  const quote = useQuote();
  const shrunkSince = useStatus((status) => status.confidence_shrunk_since);
  return (
    <Panel title={t("signals")} className={className} actions={counters ? <Funnel counters={counters} /> : null}>
      {shrunkSince ? (
        <p role="status" className="border-b border-line px-3 py-1.5 text-xs text-warn">
          {t("confidenceIsTheBaseRate", { since: formatTime(shrunkSince, "minutes") })}
        </p>
      ) : null}
      {signals === undefined ? (
        <SkeletonRows rows={8} label={t("signals2")} />
      ) : signals.length === 0 ? (
        <Empty
          why={counters && counters.held > 0 ? t("allHeld", { count: formatCount(counters.held) }) : t("noSignalYet")}
          next={t("aSignalAppearsWhenA")}
        />
      ) : (
        <Table
          caption={t("lastSignals")}
          stacked
          head={
            <>
              <Th>{t("candleClose")}</Th>
              <Th>{t("market")}</Th>
              <Th>{t("side")}</Th>
              <Th right>{t("confidence")}</Th>
              <Th>
                <span title={t("marketSignalOracleAuthoriseExecute")}>{t("sevenSteps")}</span>
              </Th>
              <Th>{t("outcome")}</Th>
              <Th>{t("why")}</Th>
              <Th right>{quote ? t("pnlIn", { quote }) : t("pnl")}</Th>
            </>
          }
        >
          {signals.map((cycle) => (
            <Row key={cycle.id} cycle={cycle} />
          ))}
        </Table>
      )}
    </Panel>
  );
}

const Row = memo(function Row({ cycle }: { cycle: Cycle }) {
  return (
    <StackedRow>
      <Td>
        <CycleLink id={cycle.id} time={cycle.candle_close ?? cycle.opened_at} />
      </Td>
      <Td className="font-medium">{baseOf(cycle.market)}</Td>
      <Td>
        <CycleSide cycle={cycle} />
      </Td>
      <Td right className="max-sm:ml-auto">
        {formatFraction(cycle.confidence, { digits: 1 })}
      </Td>
      <Td>
        <StepTicks steps={cycle.steps} />
      </Td>
      <Td>
        <Outcome cycle={cycle} />
      </Td>
      <WhyCell cycle={cycle} />
      <Td right className="max-sm:ml-auto">
        <Delta value={cycle.kind === "EXIT" ? cycle.realised : null} />
      </Td>
    </StackedRow>
  );
});

/** What became of all signals so far: why nothing trades stands here. */
function Funnel({ counters }: { counters: Counters }) {
  const t = useTranslations("signals");
  return (
    <dl className="flex flex-wrap gap-x-3 text-2xs text-ink-3">
      <Count name={t("hold")} value={counters.held} />
      <Count name={t("verified")} value={counters.verified} />
      <Count name={t("refused")} value={counters.refused} />
      <Count name={t("committed")} value={counters.committed} title={t("committedJudgedRevokedOpen")} />
      <Count name={t("judged")} value={counters.judged} />
      <Count name={t("open")} value={counters.open} />
      <Count name={t("authorised")} value={counters.authorised} />
      <Count name={t("rejected")} value={counters.rejected} />
      <Count name={t("skipped")} value={counters.skipped} />
      {counters.revoked > 0 ? <Count name={t("revoked")} value={counters.revoked} /> : null}
      <Count name={t("exits")} value={counters.exits} />
    </dl>
  );
}

function Count({ name, value, title }: { name: string; value: number; title?: string }): ReactNode {
  return (
    <div className="flex gap-1" title={title}>
      <dt>{name}</dt>
      <dd className="num font-medium text-ink-2">{formatCount(value)}</dd>
    </div>
  );
}
