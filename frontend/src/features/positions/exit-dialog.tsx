"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { useExit } from "@/api/exit";
import { useExitPreview } from "@/api/preview";
import type { Position } from "@/api/types";
import { useDashboard } from "@/live/live";
import { useChangeBlock } from "@/live/trading-block";
import { formatMoney, formatPrice, formatQuantity, formatTime } from "@/lib/format";
import { freshKey } from "@/lib/key";
import { quoteOf } from "@/lib/market";
import { formatFraction } from "@/lib/measure";
import { Button } from "@/ui/button";
import { Delta } from "@/ui/delta";
import { Dialog } from "@/ui/dialog";
import { Segmented } from "@/ui/fields";
import { Precheck } from "@/ui/precheck";
import { Failure } from "@/ui/states";
import { TradeResult } from "@/ui/trade-result";

const SHARES = ["0.25", "0.5", "0.75", "1"] as const;
type Share = (typeof SHARES)[number];

const percentOf = (share: Share) => formatFraction(share, { digits: 0 });

/** Reduce or close a position by hand: asks first, then shows what came of it. */
export function ExitDialog({ position, onClose }: { position: Position; onClose: () => void }) {
  const t = useTranslations("exitDialog");
  const [share, setShare] = useState<Share>("1");
  const [key, setKey] = useState(freshKey);
  const markedAt = useDashboard("book")?.observed_at;
  const block = useChangeBlock();
  const exit = useExit();
  const quote = quoteOf(position.market);
  const preview = useExitPreview(position.market, share === "1" ? undefined : share, !exit.isPending && !exit.data);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t(exit.data ? "exitDone" : "exitQuestion", { symbol: position.symbol })}
      description={t("neverBlocked")}
    >
      {exit.data ? (
        <div className="flex flex-col gap-4">
          <TradeResult answer={exit.data} />
          <Button onClick={onClose}>{t("close")}</Button>
        </div>
      ) : (
        <div className="flex flex-col gap-4">
          <p>
            {t.rich("held", {
              quantity: formatQuantity(position.quantity),
              symbol: position.symbol,
              quote,
              bought: formatPrice(position.average),
              time: formatTime(markedAt, "minutes"),
              mark: formatPrice(position.mark),
              value: formatMoney(position.value),
              unrealised: () => <Delta value={position.unrealised} />,
            })}
          </p>
          <Segmented
            label={t("howMuch")}
            value={share}
            options={SHARES.map((value) => ({ value, text: value === "1" ? t("allOfIt") : percentOf(value) }))}
            onChange={(value) => {
              setShare(value);
              setKey(freshKey()); // Another share is another order.
            }}
          />
          {preview.data ? <Precheck preview={preview.data} faded={preview.isPlaceholderData} /> : null}
          {exit.error ? <Failure what={t("theExitWasNotCarried")} error={exit.error} /> : null}
          <div className="flex flex-wrap items-center justify-end gap-2">
            <Button onClick={onClose}>{t("keepIt")}</Button>
            <Button
              tone="danger"
              blocked={block}
              busy={exit.isPending}
              onClick={() => exit.mutate({ symbol: position.market, fraction: share === "1" ? undefined : share, key })}
            >
              {share === "1" ? t("exitAll", { symbol: position.symbol }) : t("exitPart", { share: percentOf(share), symbol: position.symbol })}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
