"use client";

/** What the reader trusts: which node to ask, and which block hash to believe. Kept in this browser. */
import { useState } from "react";
import { useTranslations } from "use-intl";
import { askAt, type Ask } from "@/chain/rpc";
import { Field, Input, Segmented } from "@/ui/fields";
import type { Trusted } from "@/verify/chain-checks";
import { keptHeads } from "./history";

export interface Trust {
  /** Another node's address; empty: the one behind this server. */
  url: string;
  by: "browser" | "reader" | "server";
  hash: string;
}

export const nodeOf = (trust: Trust): Ask => (trust.url === "" ? askAt(`${window.location.origin}/rpc`) : askAt(trust.url));

export function isNodeUrl(text: string): boolean {
  return text === "" || /^https:\/\/\S+$/.test(text) || /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/\S*)?$/.test(text);
}

const HASH = /^0x[0-9a-f]{64}$/;

/** The block to believe, or null when none is named. `present` is what the server calls its newest. */
export function trustedOf(trust: Trust, genesis: string | null, present: string | null): Trusted | null {
  if (trust.by === "reader") return HASH.test(trust.hash) ? { hash: trust.hash as Trusted["hash"], by: "reader" } : null;
  const kept = keptHeads()[genesis ?? ""]?.head.block_hash;
  if (trust.by === "browser" && kept) return { hash: kept as Trusted["hash"], by: "browser" };
  return present ? { hash: present as Trusted["hash"], by: "server" } : null;
}

export function useTrust(): [Trust, (part: Partial<Trust>) => void] {
  const [trust, setTrust] = useState<Trust>({ url: "", by: "server", hash: "" });
  return [trust, (part) => setTrust((before) => ({ ...before, ...part }))];
}

export function TrustForm({ trust, onChange }: { trust: Trust; onChange: (part: Partial<Trust>) => void }) {
  const t = useTranslations("verify.trusting");
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 p-3 lg:grid-cols-2">
      <div className="flex flex-col gap-2">
        <p className="text-xs text-ink-2">{t("relayed")}</p>
        <Field label={t("node")} hint={t("nodeHint")} error={isNodeUrl(trust.url) ? null : t("nodeWrong")}>
          <Input value={trust.url} placeholder="https://…" inputMode="url" spellCheck={false} onChange={(event) => onChange({ url: event.target.value.trim() })} />
        </Field>
      </div>
      <div className="flex flex-col gap-2">
        <p className="text-xs text-ink-2">{t("whichBlock")}</p>
        <Segmented
          label={t("block")}
          value={trust.by}
          small
          onChange={(by) => onChange({ by })}
          options={[
            { value: "server", text: t("byServer") },
            { value: "browser", text: t("byBrowser") },
            { value: "reader", text: t("byReader") },
          ]}
        />
        {trust.by === "reader" ? (
          <Field label={t("hash")} error={trust.hash === "" || HASH.test(trust.hash) ? null : t("hashWrong")}>
            <Input value={trust.hash} placeholder="0x…" spellCheck={false} className="font-mono text-xs" onChange={(event) => onChange({ hash: event.target.value.trim().toLowerCase() })} />
          </Field>
        ) : (
          <p className="text-2xs text-ink-3">{t(trust.by === "browser" ? "byBrowserHint" : "byServerHint")}</p>
        )}
      </div>
    </div>
  );
}
