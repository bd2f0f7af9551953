"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useTradeHistory } from "@/api/trade-history";
import type { Cycle } from "@/api/types";
import { useReady } from "@/live/live";
import { Outcome } from "@/ui/outcome";
import { Panel } from "@/ui/panel";
import { Side } from "@/ui/side";
import { Answered, Empty, SkeletonRows } from "@/ui/states";
import { StackedRow, Table, Td, Th } from "@/ui/table";
import { Time } from "@/ui/time";
import type { Evidence } from "@/verify/bundle";
import type { Place } from "./block-proof";
import { HeadsPanel } from "./heads-panel";
import { Levels } from "./levels";
import { RunResult } from "./result";
import { useRun } from "./run";
import { isNodeUrl, nodeOf, TrustForm, trustedOf, useTrust, type Trust } from "./settings";
import { TradeVerification } from "./trade-panel";
import { UploadEvidence } from "./upload";

const BlockProof = dynamic(() => import("./block-proof").then((file) => file.BlockProof), { ssr: false });

export type Subject = { trade: string } | Place | null;

/** Check a trade, a block or a file; and watch that history is only ever added to. */
export function Verify({ subject }: { subject: Subject }) {
  const t = useTranslations("verify");
  const [trust, change] = useTrust();
  return (
    <div className="flex flex-col gap-px bg-line pb-px">
      <header className="bg-surface px-3 py-3">
        <h1 className="text-lg font-semibold tracking-[-0.01em]">{t("title")}</h1>
        <p className="max-w-3xl text-ink-2">{t("intro")}</p>
      </header>
      {subject !== null && "trade" in subject ? <TradeVerification key={subject.trade} id={subject.trade} trust={trust} atOnce /> : null}
      {subject !== null && !("trade" in subject) && isNodeUrl(trust.url) ? <BlockProof place={subject} trust={trust} /> : null}
      <Panel title={t("trusting.title")}>
        <TrustForm trust={trust} onChange={change} />
      </Panel>
      <FilePanel trust={trust} />
      <HeadsPanel />
      {subject === null ? <Newest /> : null}
      <Levels />
    </div>
  );
}

function FilePanel({ trust }: { trust: Trust }) {
  const t = useTranslations("verify");
  const { run, file } = useRun();
  const [withNode, setWithNode] = useState(true);
  const check = (evidence: Evidence) => {
    const node = withNode && isNodeUrl(trust.url) ? nodeOf(trust) : null;
    return file(evidence, node, trustedOf(trust, evidence.chain.genesis, evidence.headers.at(-1)?.hash ?? null));
  };
  return (
    <Panel
      title={t("evidence")}
      note={t("evidenceNote")}
      actions={
        <a href="/checker.html" download="tradeseal-checker.html" className="text-xs font-medium underline decoration-line-strong underline-offset-2 hover:decoration-ink">
          {t("checker")}
        </a>
      }
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 p-3">
        <UploadEvidence onEvidence={(evidence) => void check(evidence)} />
        <label className="inline-flex items-center gap-1.5 text-xs">
          <input type="checkbox" checked={withNode} onChange={(event) => setWithNode(event.target.checked)} />
          {t("askNode")}
        </label>
      </div>
      <RunResult run={run} />
    </Panel>
  );
}

function newestRecords(cycles: readonly Cycle[]): Cycle[] {
  return cycles
    .filter((each) => each.record_seq !== null)
    .sort((one, other) => Number(other.record_seq) - Number(one.record_seq))
    .slice(0, 12);
}

function Newest() {
  const t = useTranslations("verify");
  const trades = useTradeHistory({}, useReady());
  return (
    <Panel title={t("newest")} note={t("newestNote")}>
      <Answered query={trades} what={t("failedTrades")} loading={<SkeletonRows rows={8} label={t("newest")} />}>
        {({ pages }) => {
          const items = newestRecords(pages[0]?.items ?? []);
          if (items.length === 0) return <Empty why={t("noTrades")} next={t("noTradesNext")} />;
          return (
            <Table
              caption={t("newest")}
              stacked
              head={
                <>
                  <Th>{t("candle")}</Th>
                  <Th>{t("market")}</Th>
                  <Th>{t("side")}</Th>
                  <Th>{t("outcome")}</Th>
                  <Th>{t("record")}</Th>
                </>
              }
            >
              {items.map((cycle) => (
                <StackedRow key={cycle.id}>
                  <Td>
                    <a href={`/verify?id=${cycle.id}`} className="num text-xs underline decoration-line-strong underline-offset-2 hover:decoration-ink">
                      <Time iso={cycle.candle_close ?? cycle.opened_at} precision="minutes" />
                    </a>
                  </Td>
                  <Td>{cycle.market}</Td>
                  <Td>
                    <Side side={cycle.side} />
                  </Td>
                  <Td>
                    <Outcome cycle={cycle} />
                  </Td>
                  <Td className="num text-xs">#{cycle.record_seq}</Td>
                </StackedRow>
              ))}
            </Table>
          );
        }}
      </Answered>
    </Panel>
  );
}
