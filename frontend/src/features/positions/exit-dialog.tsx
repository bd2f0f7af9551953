"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { useExit } from "@/api/exit";
import type { Position } from "@/api/types";
import { useDashboard } from "@/live/live";
import { useChangeBlock } from "@/live/trading-block";
import { formatMoney, formatPrice, formatQuantity, formatTime } from "@/lib/format";
import { freshKey } from "@/lib/key";
import { quoteOf } from "@/lib/market";
import { Button } from "@/ui/button";
import { Delta } from "@/ui/delta";
import { Dialog } from "@/ui/dialog";
import { Segmented } from "@/ui/fields";
import { Failure } from "@/ui/states";
import { TradeResult } from "@/ui/trade-result";

const SHARES = [
  { value: "0.25", text: "25 %" },
  { value: "0.5", text: "50 %" },
  { value: "0.75", text: "75 %" },
  { value: "1", text: "All of it" },
] as const;

/** Reduce or close a position by hand: asks first, then shows what came of it. */
export function ExitDialog({ position, onClose }: { position: Position; onClose: () => void }) {
  const t = useTranslations("positions");
  const [share, setShare] = useState<(typeof SHARES)[number]["value"]>("1");
  const [key, setKey] = useState(freshKey);
  const markedAt = useDashboard("book")?.observed_at;
  const block = useChangeBlock();
  const exit = useExit();
  const quote = quoteOf(position.market);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={exit.data ? `Exit of ${position.symbol}` : `Exit ${position.symbol}?`}
      description="Exits are never blocked by the entry rules. Simulated; not investment advice."
    >
      {exit.data ? (
        <div className="flex flex-col gap-4">
          <TradeResult answer={exit.data} />
          <Button onClick={onClose}>{t("close")}</Button>
        </div>
      ) : (
        <div className="flex flex-col gap-4">
          <p>
            {formatQuantity(position.quantity)} {position.symbol}, bought at {formatPrice(position.average)} {quote}. At the contract’s mark of{" "}
            {formatTime(markedAt, "minutes")} UTC, {formatPrice(position.mark)} {quote}: worth {formatMoney(position.value)} {quote},{" "}
            <Delta value={position.unrealised} /> unrealised.
          </p>
          <Segmented
            label={t("howMuch")}
            value={share}
            options={SHARES}
            onChange={(value) => {
              setShare(value);
              setKey(freshKey()); // Another share is another order.
            }}
          />
          {exit.error ? <Failure what={t("theExitWasNotCarried")} error={exit.error} /> : null}
          <div className="flex flex-wrap items-center justify-end gap-2">
            <Button onClick={onClose}>{t("keepIt")}</Button>
            <Button
              tone="danger"
              blocked={block}
              busy={exit.isPending}
              onClick={() => exit.mutate({ symbol: position.market, fraction: share === "1" ? undefined : share, key })}
            >
              Exit {share === "1" ? "all" : SHARES.find((each) => each.value === share)?.text} of {position.symbol}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
