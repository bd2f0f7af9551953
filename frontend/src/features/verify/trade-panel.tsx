"use client";

import { ShieldCheck } from "lucide-react";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import { useReady } from "@/live/live";
import { Button } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { Empty } from "@/ui/states";
import { RunResult } from "./result";
import { useRun } from "./run";
import { isNodeUrl, nodeOf, trustedOf, type Trust } from "./settings";
import { presentHead } from "./history";

const OWN: Trust = { url: "", by: "browser", hash: "" };

/** Verify one trade: by the press of a button, or at once where the page is about nothing else. */
export function TradeVerification({ id, trust = OWN, atOnce = false }: { id: string; trust?: Trust; atOnce?: boolean }) {
  const t = useTranslations("verify");
  const ready = useReady();
  const { run, trade } = useRun();
  const { url, by, hash } = trust;
  const start = async () => {
    const chosen = { url, by, hash };
    const present = await presentHead().catch(() => null);
    await trade(id, nodeOf(chosen), trustedOf(chosen, present?.genesis_hash ?? null, present?.block_hash ?? null));
  };
  useEffect(() => {
    if (atOnce && ready && isNodeUrl(url)) void start();
    // A change of what is trusted is a new question.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [atOnce, ready, id, url, by, hash]);
  return (
    <Panel
      title={t("thisTrade")}
      note={t("inBrowser")}
      actions={
        <>
          {atOnce ? null : (
            // A whole load of the page: only there may the browser speak to a node of the reader's own.
            <a href={`/verify?id=${id}`} className="text-xs font-medium underline decoration-line-strong underline-offset-2 hover:decoration-ink">
              {t("withOwnNode")}
            </a>
          )}
          <Button size="small" tone="solid" busy={run.state === "gathering"} blocked={ready ? null : t("notReady")} icon={<ShieldCheck aria-hidden className="size-3.5" />} onClick={() => void start()}>
            {run.state === "done" ? t("again") : t("verify")}
          </Button>
        </>
      }
    >
      {run.state === "idle" ? <Empty why={t("whatItDoes")} /> : <RunResult run={run} onRetry={() => void start()} />}
    </Panel>
  );
}
