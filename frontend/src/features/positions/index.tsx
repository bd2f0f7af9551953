"use client";

import { memo, useState } from "react";
import { useTranslations } from "use-intl";
import type { Position } from "@/api/types";
import { lazyDialog } from "@/i18n/lazy-dialog";
import { useDashboard, useFeedAge, useQuote, useSynthetic } from "@/live/live";
import { useChangeBlock } from "@/live/trading-block";
import { cn } from "@/lib/cn";
import { formatMoney, formatPrice, formatQuantity } from "@/lib/format";
import { formatFraction } from "@/lib/measure";
import { SyntheticLabel } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Delta, toneOf } from "@/ui/delta";
import { Panel } from "@/ui/panel";
import { Empty, SkeletonRows } from "@/ui/states";
import { Table, Td, Th } from "@/ui/table";
import { Time } from "@/ui/time";

/** Loaded when it opens. */
const ExitDialog = lazyDialog(() => import("./exit-dialog").then((file) => file.ExitDialog));

const CloseAllDialog = lazyDialog(() => import("./close-all-dialog").then((file) => file.CloseAllDialog));

/** What the book holds, where its barriers stand, and the door out. */
export function Positions({ onChoose, className }: { onChoose: (market: string) => void; className?: string }) {
  const t = useTranslations("positions");
  const positions = useDashboard("positions");
  const block = useChangeBlock();
  const quote = useQuote();
  const observedAt = useDashboard("book")?.observed_at ?? null;
  const synthetic = useSynthetic();
  const { stale } = useFeedAge();
  const [leaving, setLeaving] = useState<Position | null>(null);
  const [closing, setClosing] = useState(false);
  return (
    <Panel title={t("openPositions")} note={quote && observedAt ? t.rich("pricesAndValuesIn", { quote, time: () => <Time iso={observedAt} precision="minutes" /> }) : undefined} className={className} actions={
        <>
          <SyntheticLabel synthetic={synthetic} />
          <Button size="small" blocked={block ?? (positions?.length ? null : t("nothingToClose"))} onClick={() => setClosing(true)}>
            {t("closeAllAsk")}
          </Button>
        </>
      }
    >
      {positions === undefined ? (
        <SkeletonRows rows={2} label={t("positions")} />
      ) : positions.length === 0 ? (
        <Empty why={t("theBookHoldsNothingBut")} next={t("aPositionOpensWhenA")} />
      ) : (
        <Table
          caption={t("openPositions")}
          head={
            <>
              <Th>{t("market")}</Th>
              <Th right>{t("quantity")}</Th>
              <Th right>{t("entry")}</Th>
              <Th right>{t("mark")}</Th>
              <Th right>{t("value")}</Th>
              <Th right>{t("unrealised")}</Th>
              <Th right>{t("stop")}</Th>
              <Th right>{t("target")}</Th>
              <Th>{t("until")}</Th>
              <Th className="sticky right-0 bg-surface">
                <span className="sr-only">{t("exit")}</span>
              </Th>
            </>
          }
        >
          {positions.map((position) => (
            <Row key={position.market} position={position} feedStale={stale} block={block} onChoose={onChoose} onExit={setLeaving} />
          ))}
        </Table>
      )}
      {closing && positions ? <CloseAllDialog positions={positions} onClose={() => setClosing(false)} /> : null}
      {leaving ? <ExitDialog position={leaving} onClose={() => setLeaving(null)} /> : null}
    </Panel>
  );
}

interface RowProps {
  position: Position;
  feedStale: boolean;
  block: string | null;
  onChoose: (market: string) => void;
  onExit: (position: Position) => void;
}

const Row = memo(function Row({ position, feedStale, block, onChoose, onExit }: RowProps) {
  const t = useTranslations("positions");
  const old = feedStale || position.stale;
  return (
    <tr className="hover:bg-raised">
      <Td>
        <button type="button" className="font-semibold underline-offset-2 hover:underline" onClick={() => onChoose(position.market)}>
          {position.symbol}
        </button>
      </Td>
      <Td right>{formatQuantity(position.quantity)}</Td>
      <Td right>{formatPrice(position.average)}</Td>
      <Td right className={cn(old && "text-ink-3")}>
        {formatPrice(position.mark)}
      </Td>
      <Td right className={cn(old && "text-ink-3")}>
        {formatMoney(position.value)} <span className="text-2xs text-ink-3">{formatFraction(position.share, { digits: 1 })}</span>
      </Td>
      <Td right>
        <Delta value={position.unrealised} faded={old} />{" "}
        <span className={cn("text-2xs", old ? "text-ink-3" : toneOf(position.unrealised_fraction))}>{formatFraction(position.unrealised_fraction, { signed: true })}</span>
      </Td>
      <Td right className="text-ink-2">
        {formatPrice(position.stop)}
      </Td>
      <Td right className="text-ink-2">
        {formatPrice(position.target)}
      </Td>
      <Td className="text-xs text-ink-2">
        <Time iso={position.time_limit} precision="minutes" />
      </Td>
      <Td className="sticky right-0 bg-surface text-right">
        <Button size="small" blocked={block} onClick={() => onExit(position)} aria-label={t("exitOf", { symbol: position.symbol })}>
          {t("exitAsk")}
        </Button>
      </Td>
    </tr>
  );
});
