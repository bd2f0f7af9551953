"use client";

import { useTranslations } from "use-intl";
import type { SignalDifference } from "@/api/backtests";
import { formatTime } from "@/lib/format";
import { Badge } from "./badge";
import { Table, Td, Th } from "./table";

/** Nothing, or something, came out differently: said by a word and a sign, not by colour alone. */
export function Outcome({ clean }: { clean: boolean }) {
  const t = useTranslations("differences");
  return <Badge tone={clean ? "up" : "down"}>{clean ? `✓ ${t("same")}` : `✗ ${t("differs")}`}</Badge>;
}

/** Signals that came out differently, both sides beside each other. */
export function DifferenceTable({ differences }: { differences: readonly SignalDifference[] }) {
  const t = useTranslations("differences");
  return (
    <Table
      caption={t("differences")}
      head={
        <>
          <Th>{t("check")}</Th>
          <Th>{t("market")}</Th>
          <Th>{t("candleClose")}</Th>
          <Th>{t("field")}</Th>
          <Th>{t("oneSide")}</Th>
          <Th>{t("otherSide")}</Th>
        </>
      }
    >
      {differences.map((each) => (
        <tr key={`${each.check}-${each.market}-${each.close}`}>
          <Td className="text-xs">{each.check}</Td>
          <Td>{each.market}</Td>
          <Td className="num text-xs whitespace-nowrap">{formatTime(each.close, "minutes")}</Td>
          <Td className="font-mono text-2xs">{each.field}</Td>
          <Td className="font-mono text-2xs break-all">{each.whole}</Td>
          <Td className="font-mono text-2xs break-all">{each.truncated}</Td>
        </tr>
      ))}
    </Table>
  );
}
