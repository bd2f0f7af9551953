"use client";

import { Download, Terminal } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "@/ui/button";
import { Failure } from "@/ui/states";
import type { Evidence } from "@/verify/bundle";
import { CheckList, Conclusion } from "./check-list";
import { commandsFor } from "./commands";
import { CopyButton } from "@/ui/copy-button";
import type { Run } from "./run";

/** A run in whatever state it is. */
export function RunResult({ run, onRetry }: { run: Run; onRetry?: () => void }) {
  const t = useTranslations("verify");
  if (run.state === "idle") return null;
  if (run.state === "failed") return <Failure what={t("couldNotGather")} error={run.error} onRetry={onRetry} className="m-3" />;
  if (run.state === "gathering") {
    const share = run.total ? (run.done ?? 0) / run.total : null;
    return (
      <div role="status" className="px-3 py-3">
        <p className="text-xs">
          {t(`gathering.${run.step}`)} {run.total ? <span className="num text-ink-3">{t("of", { done: run.done ?? 0, total: run.total })}</span> : null}
        </p>
        <div className="mt-2 h-1 overflow-hidden bg-raised">
          <div className={share === null ? "bone breathing h-full" : "h-full origin-left bg-up"} style={share === null ? undefined : { transform: `scaleX(${share})` }} />
        </div>
      </div>
    );
  }
  return (
    <div>
      <div className="flex flex-wrap items-start gap-3 p-3">
        <div className="min-w-0 flex-1 basis-80">
          <Conclusion checks={run.checks} />
        </div>
        <div className="flex flex-wrap gap-2">
          <Button size="small" icon={<Download aria-hidden className="size-3" />} onClick={() => download(run.evidence)}>
            {t("download")}
          </Button>
          <CopyButton size="small" icon={<Terminal aria-hidden className="size-3" />} text={commandsFor(run.evidence, window.location.origin)}>
            {t("copyCommand")}
          </CopyButton>
        </div>
      </div>
      <CheckList checks={run.checks} />
    </div>
  );
}

function download(evidence: Evidence): void {
  const address = URL.createObjectURL(new Blob([JSON.stringify(evidence)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `tradeseal-evidence-${evidence.claim.id}.json`;
  link.click();
  URL.revokeObjectURL(address);
}
