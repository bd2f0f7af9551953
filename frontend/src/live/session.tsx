"use client";

/** May this browser change anything? Takes the one-time key from the address, exchanges it once, and cleans the address. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { exchangeKey } from "@/api/open-session";
import { sessionQuery, useSessionState } from "@/api/session";
import { useProblemWords } from "@/ui/states";

export function keyFromFragment(fragment: string): string | null {
  const key = new URLSearchParams(fragment.replace(/^#/, "")).get("key");
  return key === null || key === "" ? null : key;
}

/** Mounted once by the shell. */
export function KeyExchange() {
  const t = useTranslations("session");
  const cache = useQueryClient();
  const [failure, setFailure] = useState<unknown>(null);
  const problem = useProblemWords();
  useEffect(() => {
    const key = keyFromFragment(window.location.hash);
    if (key === null) return;
    // The key leaves the address before anything else happens: it must not stay in history or in a screenshot.
    window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
    exchangeKey(key).then(
      async (session) => {
        // The question "is there a session?" may still be under way, and its answer would be from before.
        await cache.cancelQueries(sessionQuery);
        cache.setQueryData(sessionQuery.queryKey, session);
      },
      (error: unknown) => setFailure(error ?? ""),
    );
  }, [cache]);
  if (failure === null) return null;
  return (
    <p role="alert" className="border-b border-line bg-warn-wash px-3 py-1.5 text-xs text-warn">
      {t("keyRefused", { reason: problem(failure) })}
    </p>
  );
}

/** Why this browser may not change anything, or null when it may. */
export function useSessionBlock(): string | null {
  const t = useTranslations("session");
  const { data, isPending } = useSessionState();
  if (isPending) return t("checking");
  return data?.active ? null : t("howToGet");
}
