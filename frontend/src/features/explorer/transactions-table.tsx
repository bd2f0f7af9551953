"use client";

import { useTranslations } from "use-intl";
import type { Known } from "@/chain/known";
import type { WholeTransaction } from "@/chain/queries";
import { formatCount, NO_DATA } from "@/lib/format";
import { Badge } from "@/ui/badge";
import { StackedRow, Table, Td, Th } from "@/ui/table";
import { Time } from "@/ui/time";
import { AddressLink, BlockLink, TransactionLink } from "./links";
import { SummaryLine } from "./summary-line";

export const timeOf = (timestamp: string) => new Date(Number(timestamp) * 1000).toISOString();

/** Transactions, one a line, in words. */
export function TransactionsTable({ rows, known, caption, withTime = false }: { rows: readonly WholeTransaction[]; known: Known; caption: string; withTime?: boolean }) {
  const t = useTranslations("explorer");
  return (
    <Table
      caption={caption}
      stacked
      head={
        <>
          <Th>{t("block")}</Th>
          {withTime ? <Th>{t("time")}</Th> : null}
          <Th>{t("transaction")}</Th>
          <Th>{t("what")}</Th>
          <Th>{t("from")}</Th>
          <Th>{t("to")}</Th>
          <Th right>{t("gas")}</Th>
        </>
      }
    >
      {rows.map(({ transaction, receipt, block }) => (
        <StackedRow key={transaction.hash}>
          <Td>
            <BlockLink number={transaction.blockNumber === null ? null : Number(transaction.blockNumber)} />
          </Td>
          {withTime ? <Td className="num text-xs">{block ? <Time iso={timeOf(block.timestamp)} /> : NO_DATA}</Td> : null}
          <Td>
            <TransactionLink hash={transaction.hash} />
          </Td>
          <Td className="max-sm:w-full">
            <span className="inline-flex flex-wrap items-center gap-1.5">
              {receipt?.status === "0x0" ? <Badge tone="down">{t("failed")}</Badge> : null}
              <SummaryLine known={known} transaction={transaction} receipt={receipt} />
            </span>
          </Td>
          <Td>
            <AddressLink address={transaction.from} known={known} />
          </Td>
          <Td>
            <AddressLink address={transaction.to ?? receipt?.contractAddress} known={known} />
          </Td>
          <Td right className="text-xs">
            {receipt ? formatCount(Number(receipt.gasUsed)) : NO_DATA}
          </Td>
        </StackedRow>
      ))}
    </Table>
  );
}
