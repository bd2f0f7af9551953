"use client";

import { useTranslations } from "use-intl";
import { cn } from "@/lib/cn";
import { formatTime, localTime, NO_DATA } from "@/lib/format";

interface TimeProps {
  iso: string | null | undefined;
  precision?: "seconds" | "minutes";
  /** The clock alone, where the day is plain from beside it. */
  clock?: boolean;
  className?: string;
}

/** A moment in UTC; the same in the reader's own time zone on hover and for screen readers' title. */
export function Time({ iso, precision = "seconds", clock = false, className }: TimeProps) {
  const t = useTranslations("time");
  if (!iso) return <span className={className}>{NO_DATA}</span>;
  const text = formatTime(iso, precision);
  const local = localTime(iso);
  return (
    <time dateTime={iso} title={local === null ? undefined : t("local", local)} className={cn("num", className)}>
      {clock ? text.slice(11) : text}
    </time>
  );
}
