import { Download } from "lucide-react";
import { exportAddress, fillsAddress, type ExportedList, type ExportFilter } from "@/api/exports";

/** A list as a file, in both formats. */
export function ExportLinks({ list, filter, of }: { list: ExportedList; filter?: ExportFilter; of: string }) {
  return (
    <>
      <FileLink href={exportAddress(list, "csv", filter)} text="CSV" what={`${of} as CSV`} />
      <FileLink href={exportAddress(list, "json", filter)} text="JSON" what={`${of} as JSON`} />
    </>
  );
}

/** Fills with cost basis and fees, for tax tools. */
export function FillsLink({ filter }: { filter?: ExportFilter }) {
  return <FileLink href={fillsAddress(filter)} text="Fills for tax tools" what="Fills for tax tools as CSV" />;
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
