"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { formatEther, formatGwei, type Hex } from "viem";
import { decodeCall, decodeEvent, fieldAt } from "@/chain/decode";
import type { Known } from "@/chain/known";
import { useKnown, useRevert, useTrace, useTransaction, type WholeTransaction } from "@/chain/queries";
import { codeOf } from "@/chain/readable";
import type { RawLog } from "@/chain/raw";
import { formatBps, formatCount, NO_DATA, shortHash } from "@/lib/format";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Fact } from "@/ui/fact";
import { Hash } from "@/ui/hash";
import { Panel } from "@/ui/panel";
import { Answered, Empty, SkeletonRows, useProblemWords } from "@/ui/states";
import { Time } from "@/ui/time";
import { Fields } from "./fields";
import { AddressLink, BlockLink } from "./links";
import { RawJson } from "./raw-json";
import { SummaryLine } from "./summary-line";
import { CallTree } from "./call-tree";
import { timeOf } from "./transactions-table";

/** One transaction: what it did in a line, its call, its events or its error, its inner calls, its bytes. */
export function Transaction({ hash }: { hash: string }) {
  const t = useTranslations("explorer");
  const whole = useTransaction(hash);
  const known = useKnown();
  return (
    <Answered query={whole} what={t("failedTransaction")} loading={<SkeletonRows rows={12} label={t("transaction")} />}>
      {(found) => (found === null ? <Empty why={t("noTransaction")} next={t("noTransactionNext")} /> : <Found whole={found} known={known} />)}
    </Answered>
  );
}

function Found({ whole, known }: { whole: WholeTransaction; known: Known }) {
  const t = useTranslations("explorer");
  const { transaction, receipt, block } = whole;
  const failed = receipt?.status === "0x0";
  return (
    <div className="flex flex-col gap-px bg-line pb-px">
      <section aria-label={t("summary")} className="bg-surface px-3 py-3">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="text-lg font-semibold tracking-[-0.01em]">
            <SummaryLine known={known} transaction={transaction} receipt={receipt} />
          </h1>
          <Badge tone={failed ? "down" : receipt ? "up" : "warn"}>{failed ? t("failed") : receipt ? t("succeeded") : t("waiting")}</Badge>
          <a href={`/verify?tx=${transaction.hash}`} className="text-xs font-medium underline decoration-line-strong underline-offset-2 hover:decoration-ink">
            {t("proveTransaction")}
          </a>
        </div>
        <dl className="mt-3 grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-4 xl:grid-cols-8">
          <Fact name={t("hash")}>
            <Hash value={transaction.hash} keep={6} />
          </Fact>
          <Fact name={t("block")}>
            <BlockLink number={transaction.blockNumber === null ? null : Number(transaction.blockNumber)} />
          </Fact>
          <Fact name={t("time")}>{block ? <Time iso={timeOf(block.timestamp)} /> : NO_DATA}</Fact>
          <Fact name={t("from")}>
            <AddressLink address={transaction.from} known={known} />
          </Fact>
          <Fact name={t("to")}>
            <AddressLink address={transaction.to ?? receipt?.contractAddress} known={known} />
          </Fact>
          <Fact name={t("gasOfLimit")}>
            {receipt ? formatCount(Number(receipt.gasUsed)) : NO_DATA}{" "}
            <span className="font-normal text-ink-3">{receipt ? `(${formatBps(Number((BigInt(receipt.gasUsed) * 10_000n) / (BigInt(transaction.gas) || 1n)))})` : ""}</span>
          </Fact>
          <Fact name={t("gasPrice")}>{t("gwei", { amount: formatGwei(BigInt(receipt?.effectiveGasPrice ?? transaction.gasPrice ?? "0x0")) })}</Fact>
          <Fact name={t("valueAndNonce")}>
            {formatEther(BigInt(transaction.value))} · {Number(transaction.nonce)}
          </Fact>
        </dl>
        {failed ? <WhyFailed whole={whole} known={known} /> : null}
      </section>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-px xl:grid-cols-2">
        <Call whole={whole} known={known} />
        <Events logs={receipt?.logs ?? []} known={known} />
      </div>
      <Trace hash={transaction.hash} known={known} />
      <Panel title={t("raw")}>
        <RawJson value={{ transaction, receipt }} />
      </Panel>
    </div>
  );
}

function WhyFailed({ whole, known }: { whole: WholeTransaction; known: Known }) {
  const t = useTranslations("explorer");
  const reason = useTranslations("reasons");
  const { data, isPending, error } = useRevert(whole, known);
  const problemWords = useProblemWords();
  const code = data?.error ? codeOf(data.error.name) : null;
  return (
    <div className="mt-3 border-l-2 border-down bg-down-wash px-3 py-2 text-xs">
      <p className="font-medium">{data?.error ? t("revertedWith", { error: data.error.name }) : error ? problemWords(error) : isPending ? t("askingWhy") : data?.text || t("noReason")}</p>
      {code && reason.has(code as never) ? <p>{reason(code as never)}</p> : null}
      {data?.error ? <Fields fields={data.error.fields} known={known} /> : null}
    </div>
  );
}

function Call({ whole: { transaction }, known }: { whole: WholeTransaction; known: Known }) {
  const t = useTranslations("explorer");
  const call = transaction.to === null ? null : decodeCall(known, transaction.to, transaction.input);
  return (
    <Panel title={t("call")} note={call ? <code className="font-mono">{call.name}</code> : null}>
      <div className="p-3">
        {call ? call.fields.length > 0 ? <Fields fields={call.fields} known={known} /> : <p className="text-ink-3">{t("noArguments")}</p> : <p className="text-ink-2">{transaction.to === null ? t("creates") : t("notOurs")}</p>}
        <details className="mt-2 text-xs">
          <summary className="text-ink-2">{t("showBytes", { count: (transaction.input.length - 2) / 2 })}</summary>
          <Bytes value={transaction.input} />
        </details>
      </div>
    </Panel>
  );
}

function Events({ logs, known }: { logs: readonly RawLog[]; known: Known }) {
  const t = useTranslations("explorer");
  return (
    <Panel title={t("events", { count: logs.length })}>
      {logs.length === 0 ? (
        <Empty why={t("noEvents")} />
      ) : (
        <ol className="divide-y divide-line">
          {logs.map((log, index) => (
            <li key={log.logIndex ?? index}>
              <Event log={log} known={known} open={logs.length <= 4} />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

export function Event({ log, known, open }: { log: RawLog; known: Known; open: boolean }) {
  const t = useTranslations("explorer");
  const event = decodeEvent(known, log);
  const market = event ? known.marketOf(fieldAt(event.fields, "market") ?? "") : undefined;
  return (
    <div className="px-3 py-2">
      <details open={open}>
        <summary className="min-h-6">
          <span className="inline-flex flex-wrap items-center gap-x-2">
            <span className="font-medium">{event?.name ?? t("unknownEvent")}</span>
            {market ? <span className="text-xs text-ink-2">{market}</span> : null}
            {event && fieldAt(event.fields, "seq") && event.name !== "MarksPosted" ? <span className="num text-xs text-ink-3">#{fieldAt(event.fields, "seq")}</span> : null}
            <span className="text-xs text-ink-3">{known.contractAt(log.address)?.name ?? shortHash(log.address)}</span>
          </span>
        </summary>
        <div className="mt-1.5">
          {event ? <Fields fields={event.fields} known={known} /> : <Bytes value={log.topics.concat(log.data).join("\n") as Hex} />}
        </div>
      </details>
    </div>
  );
}

function Bytes({ value }: { value: string }) {
  return (
    <pre tabIndex={0} className="mt-2 max-h-60 overflow-auto rounded-[3px] bg-sunken p-2 font-mono text-2xs break-all whitespace-pre-wrap">
      {value}
    </pre>
  );
}

function Trace({ hash, known }: { hash: string; known: Known }) {
  const t = useTranslations("explorer");
  const [wanted, setWanted] = useState(false);
  const problemWords = useProblemWords();
  const trace = useTrace(hash, wanted);
  return (
    <Panel
      title={t("trace")}
      note={t("traceNote")}
      actions={
        wanted ? null : (
          <Button size="small" onClick={() => setWanted(true)}>
            {t("showTrace")}
          </Button>
        )
      }
    >
      {!wanted ? null : trace.data ? (
        <CallTree call={trace.data} known={known} />
      ) : trace.error ? (
        <Empty why={t("noTrace")} next={problemWords(trace.error)} />
      ) : (
        <SkeletonRows rows={3} label={t("trace")} />
      )}
    </Panel>
  );
}
