"use client";

import { Download } from "lucide-react";
import { useTranslations } from "use-intl";
import { exportAddress, fillsAddress, type ExportedList, type ExportFilter } from "@/api/exports";

/** A list as a file, in both formats. */
export function ExportLinks({ list, filter, of }: { list: ExportedList; filter?: ExportFilter; of: string }) {
  const t = useTranslations("ui");
  return (
    <>
      <FileLink href={exportAddress(list, "csv", filter)} text={t("csv")} what={t("asCsv", { of })} />
      <FileLink href={exportAddress(list, "json", filter)} text={t("json")} what={t("asJson", { of })} />
    </>
  );
}

/** Fills with cost basis and fees, for tax tools. */
export function FillsLink({ filter }: { filter?: ExportFilter }) {
  const t = useTranslations("ui");
  return <FileLink href={fillsAddress(filter)} text={t("fillsForTaxTools")} what={t("fillsForTaxToolsAs")} />;
}

function FileLink({ href, text, what }: { href: string; text: string; what: string }) {
  return (
    <a
      href={href}
      download
      aria-label={what}
      className="inline-flex h-6 items-center gap-1 rounded-[3px] border border-line-strong px-2 text-xs font-medium whitespace-nowrap hover:bg-raised"
    >
      <Download aria-hidden className="size-3" /> {text}
    </a>
  );
}
