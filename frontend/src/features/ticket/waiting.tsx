"use client";

import { Hand } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useDecline } from "@/api/decline";
import type { PendingSignal } from "@/api/types";
import { useDashboard } from "@/live/live";
import { useChangeBlock } from "@/live/trading-block";
import { formatTime } from "@/lib/format";
import { formatFraction } from "@/lib/measure";
import { Button } from "@/ui/button";
import { Side } from "@/ui/side";
import { useProblemWords } from "@/ui/states";
import { ExecuteDialog } from "./lazy-dialog";

/** Signals of markets set to *ask me*: verified, committed, and waiting for a yes or no until they expire. */
export function Waiting() {
  const pending = useDashboard("pending") ?? [];
  // Kept here, not in the question: an answered question goes away, what came of it must stay in sight.
  const [accepted, setAccepted] = useState<PendingSignal | null>(null);
  return (
    <>
      {pending.map((signal) => (
        <Question key={signal.cycle_id} signal={signal} onAccept={() => setAccepted(signal)} />
      ))}
      {accepted ? <ExecuteDialog market={accepted.market} opinion={accepted} size={undefined} onClose={() => setAccepted(null)} /> : null}
    </>
  );
}

function Question({ signal, onAccept }: { signal: PendingSignal; onAccept: () => void }) {
  const t = useTranslations("ticket");
  const problem = useProblemWords();
  const decline = useDecline();
  const block = useChangeBlock();
  return (
    <div role="status" className="flex flex-col gap-2 border-b border-line bg-warn-wash px-3 py-2">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
        <Hand aria-hidden className="size-4 text-warn" />
        <strong className="font-semibold">{t("asksYou", { market: signal.market })}</strong>
        <Side side={signal.side} />
        <span className="num text-xs whitespace-normal text-ink-2">
          {t("askedFor", { confidence: formatFraction(signal.confidence, { digits: 1 }), size: formatFraction(signal.size), until: formatTime(signal.expires_at, "minutes") })}
        </span>
      </p>
      {decline.error ? <p className="text-2xs text-down">{problem(decline.error)}</p> : null}
      <div className="flex gap-2">
        <Button size="small" tone="solid" blocked={block} onClick={onAccept}>
          {t("accept")}
        </Button>
        <Button size="small" blocked={block} busy={decline.isPending} onClick={() => decline.mutate(signal.market)}>
          {t("letItGo")}
        </Button>
      </div>
    </div>
  );
}
