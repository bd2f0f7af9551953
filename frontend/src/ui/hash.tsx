"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { cn } from "@/lib/cn";
import { NO_DATA, shortHash } from "@/lib/format";

interface HashProps {
  value: string | null | undefined;
  /** How many digits to keep at each end. */
  keep?: number;
  whole?: boolean;
  small?: boolean;
  className?: string;
}

/** A hash, shortened for the eye; the whole is in the title and goes to the clipboard. */
export function Hash({ value, keep, whole = false, small = false, className }: HashProps) {
  const t = useTranslations("ui");
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1200);
    return () => clearTimeout(timer);
  }, [copied]);
  if (!value) return <span className="text-ink-3">{NO_DATA}</span>;
  return (
    <span className={cn("inline-flex min-w-0 items-center gap-1 font-mono", small ? "text-2xs" : "text-xs", className)}>
      <span title={value} className={whole ? "break-all" : "whitespace-nowrap"}>
        {whole ? value : shortHash(value, keep)}
      </span>
      <button
        type="button"
        aria-label={copied ? t("copied") : t("copyHash")}
        className="shrink-0 rounded-[2px] p-0.5 text-ink-3 hover:bg-raised hover:text-ink"
        onClick={() => void navigator.clipboard?.writeText(value).then(() => setCopied(true))}
      >
        {copied ? <Check aria-hidden className="size-3" /> : <Copy aria-hidden className="size-3" />}
      </button>
    </span>
  );
}
