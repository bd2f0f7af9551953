"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { formatEther, type Hex } from "viem";
import type { KnownContract } from "@/chain/known";
import { PAGE, useAddress, useAddressHistory, useHeadNumber, useKnown } from "@/chain/queries";
import type { RawLog } from "@/chain/raw";
import { hexOf } from "@/chain/plain";
import { ask } from "@/chain/rpc";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import { Badge } from "@/ui/badge";
import { Fact } from "@/ui/fact";
import { Hash } from "@/ui/hash";
import { Panel } from "@/ui/panel";
import { Answered, Empty, SkeletonRows } from "@/ui/states";
import { BlockLink, LINK, TransactionLink } from "./links";
import { READ_CONTRACT, ReadContract } from "./read-contract";
import { TransactionsTable } from "./transactions-table";
import { Event } from "./transaction";

/** One address: who it is, what it holds, what it did, and, of our contracts, what it answers. */
export function Address({ address }: { address: string }) {
  const t = useTranslations("explorer");
  const known = useKnown();
  const facts = useAddress(address);
  const contract = known.contractAt(address);
  const role = known.roleOf(address);
  return (
    <div className="flex flex-col gap-px bg-line pb-px">
      <section aria-label={t("summary")} className="bg-surface px-3 py-3">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="text-lg font-semibold tracking-[-0.01em]">{contract?.name ?? role ?? t("address")}</h1>
          {contract ? <Badge tone="up">{t("ours")}</Badge> : null}
          {role ? <Badge>{t("holdsRole", { role })}</Badge> : null}
          <Hash value={address} whole />
          {contract ? (
            <a href={`#${READ_CONTRACT}`} className={cn("inline-flex min-h-6 items-center text-xs", LINK)}>
              {t("read")}
            </a>
          ) : null}
        </div>
        <Answered query={facts} what={t("failedAddress")} loading={<SkeletonRows rows={1} className="mt-3" label={t("address")} />}>
          {({ balance, nonce, code }) => (
            <dl className="mt-3 grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-4">
              <Fact name={t("balance")}>{t("ether", { amount: formatEther(balance) })}</Fact>
              <Fact name={t("sent")}>{formatCount(nonce)}</Fact>
              <Fact name={t("code")}>{code.length > 2 ? t("bytes", { count: formatCount((code.length - 2) / 2) }) : t("noCode")}</Fact>
              <Fact name={t("deployed")}>
                <BlockLink number={contract?.deployedBlock ?? null} />
              </Fact>
            </dl>
          )}
        </Answered>
      </section>
      <History address={address} />
      {/* Whether it is a contract of ours is known late: what follows from it stands below and moves nothing. */}
      {contract ? <ReadContract contract={contract} known={known} /> : null}
      {contract ? <Logs contract={contract} /> : null}
    </div>
  );
}

function History({ address }: { address: string }) {
  const t = useTranslations("explorer");
  const known = useKnown();
  const history = useAddressHistory(address);
  const searched = history.data?.searched;
  return (
    <Panel title={t("transactions")} note={searched?.by === "blocks" ? t("scanned", { from: formatCount(searched.from) }) : t("newestFirst")}>
      <Answered query={history} what={t("failedAddress")} loading={<SkeletonRows rows={PAGE} label={t("transactions")} />}>
        {({ transactions }) => (transactions.length === 0 ? <Empty why={t("noTransactions")} /> : <TransactionsTable rows={transactions} known={known} caption={t("transactions")} />)}
      </Answered>
    </Panel>
  );
}

const LOG_BLOCKS = 60;
const LOGS_SHOWN = 30;

/** What a contract said lately. */
function Logs({ contract }: { contract: KnownContract }) {
  const t = useTranslations("explorer");
  const known = useKnown();
  const head = useHeadNumber().data;
  const from = head === undefined ? 0 : Math.max(0, head - LOG_BLOCKS);
  const logs = useQuery({
    queryKey: ["chain", "logs", contract.address, head],
    queryFn: () => ask<RawLog[]>("eth_getLogs", { address: contract.address, fromBlock: hexOf(from), toBlock: hexOf(head ?? 0) }),
    enabled: head !== undefined,
    placeholderData: (before) => before,
  });
  return (
    <Panel title={t("lastEvents")} note={t("scanned", { from: formatCount(from) })}>
      <Answered query={logs} what={t("failedAddress")} loading={<SkeletonRows rows={6} label={t("lastEvents")} />}>
        {(found) =>
          found.length === 0 ? (
            <Empty why={t("noEvents")} />
          ) : (
            <ol className="divide-y divide-line">
              {found
                .slice(-LOGS_SHOWN)
                .reverse()
                .map((log) => (
                  <li key={`${log.transactionHash}-${log.logIndex}`} className="grid grid-cols-[minmax(0,1fr)_auto] items-start">
                    <Event log={log} known={known} open={false} />
                    <span className="px-3 py-2">
                      <TransactionLink hash={log.transactionHash as Hex} />
                    </span>
                  </li>
                ))}
            </ol>
          )
        }
      </Answered>
    </Panel>
  );
}
