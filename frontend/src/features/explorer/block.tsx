"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import { useBlock, useKnown, type WholeBlock } from "@/chain/queries";
import { formatBps, formatCount } from "@/lib/format";
import { Fact } from "@/ui/fact";
import { Hash } from "@/ui/hash";
import { Panel } from "@/ui/panel";
import { Answered, Empty, SkeletonRows } from "@/ui/states";
import { Time } from "@/ui/time";
import { RawJson } from "./raw-json";
import { timeOf, TransactionsTable } from "./transactions-table";

/** One block: its header, what it holds, its neighbours. */
export function Block({ named }: { named: string | number }) {
  const t = useTranslations("explorer");
  const block = useBlock(named);
  return (
    <Answered query={block} what={t("failedBlock")} loading={<SkeletonRows rows={10} label={t("block")} />}>
      {(whole) => (whole === null ? <Empty why={t("noBlock", { named: String(named) })} next={t("noBlockNext")} /> : <Found whole={whole} />)}
    </Answered>
  );
}

function Found({ whole: { block, receipts } }: { whole: WholeBlock }) {
  const t = useTranslations("explorer");
  const known = useKnown();
  const number = Number(block.number);
  const full = Number((BigInt(block.gasUsed) * 10_000n) / (BigInt(block.gasLimit) || 1n));
  const rows = block.transactions.map((transaction, index) => ({ transaction, receipt: receipts[index] ?? null, block: null }));
  return (
    <div className="flex flex-col gap-px bg-line pb-px">
      <section aria-label={t("header")} className="bg-surface px-3 py-3">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="text-lg font-semibold tracking-[-0.01em]">
            {t("block")} {formatCount(number)}
          </h1>
          {number > 0 ? <Neighbour number={number - 1} text={t("previousBlock")} /> : null}
          <Neighbour number={number + 1} text={t("nextBlock")} />
          <a href={`/verify?block=${number}`} className="text-xs font-medium underline decoration-line-strong underline-offset-2 hover:decoration-ink">
            {t("proveBlock")}
          </a>
        </div>
        <dl className="mt-3 grid grid-cols-2 gap-x-4 gap-y-2 lg:grid-cols-4">
          <Fact name={t("time")}><Time iso={timeOf(block.timestamp)} /></Fact>
          <Fact name={t("transactions")}>{block.transactions.length}</Fact>
          <Fact name={t("gasOfLimit")}>
            {formatCount(Number(block.gasUsed))} <span className="font-normal text-ink-3">({formatBps(full)})</span>
          </Fact>
          <Fact name={t("hash")}>
            <Hash value={block.hash} keep={8} />
          </Fact>
          <Fact name={t("parent")}>
            <Hash value={block.parentHash} keep={8} />
          </Fact>
          <Fact name={t("stateRoot")}>
            <Hash value={block.stateRoot} keep={8} />
          </Fact>
          <Fact name={t("transactionsRoot")}>
            <Hash value={block.transactionsRoot} keep={8} />
          </Fact>
          <Fact name={t("receiptsRoot")}>
            <Hash value={block.receiptsRoot} keep={8} />
          </Fact>
        </dl>
      </section>
      <Panel title={t("transactions")}>
        {rows.length === 0 ? <Empty why={t("emptyBlock")} /> : <TransactionsTable rows={rows} known={known} caption={t("transactions")} />}
      </Panel>
      <Panel title={t("raw")}>
        <RawJson value={{ ...block, transactions: block.transactions.map((each) => each.hash) }} />
      </Panel>
    </div>
  );
}

function Neighbour({ number, text }: { number: number; text: string }) {
  return (
    <Link prefetch={false} href={`/block?n=${number}`} className="text-xs font-medium text-ink-2 hover:text-ink hover:underline">
      {text}
    </Link>
  );
}
