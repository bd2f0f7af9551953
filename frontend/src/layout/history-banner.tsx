"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ShieldX } from "lucide-react";
import { useTranslations } from "use-intl";
import { formatTime } from "@/lib/format";
import { useReady } from "@/live/live";
import { Button } from "@/ui/button";

const EVERY_MS = 60_000;
const WATCH = ["history-watch"];

/** History no longer extends the head that this browser saw at an earlier visit: said on every page, with both sides. */
export function HistoryBanner() {
  const t = useTranslations("banners");
  const cache = useQueryClient();
  // Loaded when it is needed, so that the first page stays small.
  const watch = useQuery({ queryKey: WATCH, queryFn: async () => (await import("@/features/verify/watch")).watchHistory(), enabled: useReady(), refetchInterval: EVERY_MS });
  const broken = watch.data;
  if (!broken) return null;
  const accept = async () => {
    (await import("@/features/verify/watch")).forgetSeen();
    await cache.invalidateQueries({ queryKey: WATCH });
  };
  return (
    <div role="alert" data-history="broken" className="flex flex-wrap items-start gap-x-3 gap-y-1 border-b border-line bg-down-wash px-3 py-2 text-xs">
      <ShieldX aria-hidden className="mt-0.5 size-4 shrink-0 text-down" />
      <div className="min-w-0 flex-1">
        <p>
          <strong className="font-semibold text-down">{t("historyBroken")}</strong> {t("historyBrokenWhy", { time: formatTime(broken.seen.seenAt) })}
        </p>
        {broken.failed.map((each) => (
          <p key={each.input} className="font-mono break-all text-ink-2">
            {each.input}: {each.got} ≠ {each.want}
          </p>
        ))}
      </div>
      <Button size="small" onClick={() => void accept()}>
        {t("historyAccept")}
      </Button>
    </div>
  );
}
