"use client";

import { OctagonX, ShieldAlert, Unplug } from "lucide-react";
import { useTranslations } from "use-intl";
import { useConnection, useDashboard, useLive, useStatus } from "@/live/live";
import { useSecond } from "@/lib/clock";
import { formatAge } from "@/lib/format";
import { Button } from "@/ui/button";
import { useServerWords } from "@/ui/server-words";
import { useHeldPage } from "./held-page";

/** The line is down: since when, when the next attempt is due, and that trading is off meanwhile. */
export function DisconnectedBanner() {
  const t = useTranslations("banners");
  const connection = useConnection();
  const link = useLive((live) => live.link);
  const heardAtMs = useLive((live) => live.heardAtMs);
  const second = useSecond();
  const reconnecting = link.link === "connecting" && link.lost;
  const lost = link.link === "waiting" || reconnecting;
  const inVain = useHeldPage(lost);
  if (!lost) return null;
  const seconds = link.link === "waiting" ? Math.max(0, Math.ceil(link.retryAtMs / 1000) - second) : 0;
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-warn-wash px-3 py-1.5 text-xs text-warn">
      <Unplug aria-hidden className="size-4 shrink-0" />
      <p className="min-w-0 flex-1">
        <strong className="font-semibold">{t("disconnected")}</strong>{" "}
        {heardAtMs > 0 && second > 0 ? `${t("old", { age: formatAge(second - heardAtMs / 1000) })} ` : ""}
        {t("tradingOff")} <span className="num">{reconnecting || seconds === 0 ? t("tryingNow") : t("nextAttempt", { seconds: String(seconds) })}</span>
        {inVain ? ` ${t("stays")}` : ""}
      </p>
      <Button size="small" onClick={() => connection.retryNow()}>
        {t("tryNow")}
      </Button>
    </div>
  );
}

/** Why the contract lets nothing in, while that is so. */
export function BookBanner() {
  const t = useTranslations("banners");
  const server = useServerWords();
  const book = useDashboard("book");
  if (book === undefined || book.state === "ACTIVE") return null;
  return (
    <div role="status" className="flex items-center gap-3 border-b border-line bg-warn-wash px-3 py-1.5 text-xs text-warn">
      <ShieldAlert aria-hidden className="size-4 shrink-0" />
      <p className="min-w-0">
        <strong className="font-semibold">{t(book.state)}</strong> {book.state_reason ? sentence(server(book.state_reason) ?? "") : ""}
      </p>
    </div>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** The engine stopped for good: it says why, with the numbers it compared. */
export function StoppedBanner() {
  const t = useTranslations("banners");
  const server = useServerWords();
  const stopped = useStatus((status) => status.stopped);
  if (!stopped) return null;
  return (
    <div role="alert" className="flex items-start gap-3 border-b border-line bg-down-wash px-3 py-2 text-xs">
      <OctagonX aria-hidden className="mt-0.5 size-4 shrink-0 text-down" />
      <div className="min-w-0">
        <p>
          <strong className="font-semibold text-down">{t("stopped")}</strong> {server(stopped.message)}
        </p>
        <p className="font-mono break-all text-ink-2">
          {stopped.code}
          {Object.entries(stopped.facts ?? {}).map(([name, value]) => ` · ${name} = ${value}`)}
        </p>
      </div>
    </div>
  );
}
