"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import { useContracts } from "@/api/contracts";
import { useBlocks, useHeadNumber, useKnown, type WholeTransaction } from "@/chain/queries";
import { useReady, useStatus } from "@/live/live";
import { formatCount } from "@/lib/format";
import { Fact } from "@/ui/fact";
import { Hash } from "@/ui/hash";
import { Panel } from "@/ui/panel";
import { Answered, Empty, SkeletonRows } from "@/ui/states";
import { Table, Td, Th } from "@/ui/table";
import { AddressLink, BlockLink } from "./links";
import { SearchForm } from "./search-form";
import { TransactionsTable } from "./transactions-table";

const PAGE = 25;

/** The newest blocks, or those from `before` downwards. One block holds one transaction on the chains we run. */
export function ExplorerHome({ before }: { before: number | null }) {
  const t = useTranslations("explorer");
  const known = useKnown();
  const head = useHeadNumber();
  const last = before === null ? head.data : Math.min(before, head.data ?? before);
  return (
    <div className="flex flex-col gap-px bg-line pb-px">
      <ChainFacts />
      <Panel title={before === null ? t("latest") : t("blocksFrom", { number: formatCount(before) })} note={t("straight")} actions={<Pager last={last} head={head.data} />}>
        <Answered query={head} what={t("failedChain")} loading={<SkeletonRows rows={PAGE} label={t("latest")} />}>
          {() => <Blocks last={last} />}
        </Answered>
      </Panel>
      <Panel title={t("contracts")} note={t("contractsNote")}>
        {known.contracts.length === 0 ? <Empty why={t("noContractsTold")} /> : null}
        <Table
          caption={t("contracts")}
          head={
            <>
              <Th>{t("name")}</Th>
              <Th>{t("address")}</Th>
              <Th>{t("deployed")}</Th>
              <Th>{t("codeHash")}</Th>
            </>
          }
        >
          {known.contracts.map((contract) => (
            <tr key={contract.address}>
              <Td>
                <AddressLink address={contract.address} known={known} />
              </Td>
              <Td>
                <Hash value={contract.address} keep={6} />
              </Td>
              <Td>
                <BlockLink number={contract.deployedBlock} />
              </Td>
              <Td>
                <Hash value={contract.codeHash} keep={6} />
              </Td>
            </tr>
          ))}
        </Table>
      </Panel>
    </div>
  );
}

function ChainFacts() {
  const t = useTranslations("explorer");
  const chain = useStatus((status) => status.chain);
  const told = useContracts(useReady()).data;
  return (
    <section aria-label={t("chain")} className="flex flex-wrap items-end gap-x-6 gap-y-3 bg-surface px-3 py-3">
      <SearchForm className="w-full max-w-xl" />
      <dl className="grid grid-cols-2 gap-x-6 gap-y-2 sm:grid-cols-4">
        <Fact name={t("kind")}>{chain?.kind ?? "—"}</Fact>
        <Fact name={t("chainId")}>{chain?.chain_id ?? "—"}</Fact>
        <Fact name={t("head")}>{formatCount(chain?.block ?? null)}</Fact>
        <Fact name={t("genesis")}>
          <Hash value={told?.genesis_hash} />
        </Fact>
      </dl>
    </section>
  );
}

function Blocks({ last }: { last: number | undefined }) {
  const t = useTranslations("explorer");
  const known = useKnown();
  const blocks = useBlocks(last, PAGE);
  const rows = blocks.flatMap(({ data }): WholeTransaction[] =>
    (data?.block.transactions ?? []).map((transaction, index) => ({ transaction, receipt: data?.receipts[index] ?? null, block: data ? { ...data.block, transactions: [] } : null })),
  );
  if (rows.length === 0 && blocks.some((each) => each.isPending)) return <SkeletonRows rows={PAGE} label={t("latest")} />;
  return <TransactionsTable rows={rows} known={known} caption={t("latest")} withTime />;
}

function Pager({ last, head }: { last: number | undefined; head: number | undefined }) {
  const t = useTranslations("explorer");
  if (last === undefined || head === undefined) return null;
  const older = last - PAGE;
  const newer = last + PAGE;
  const link = "inline-flex h-6 items-center rounded-[3px] border border-line-strong px-2 text-xs font-medium hover:bg-raised";
  return (
    <>
      {last < head ? (
        <Link prefetch={false} className={link} href={newer >= head ? "/explorer" : `/explorer?before=${newer}`}>
          {t("newer")}
        </Link>
      ) : null}
      {older >= 0 ? (
        <Link prefetch={false} className={link} href={`/explorer?before=${older}`}>
          {t("older")}
        </Link>
      ) : null}
    </>
  );
}
