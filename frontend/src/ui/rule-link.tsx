"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { cn } from "@/lib/cn";

/** The nine rules, as the contract, the API and the page call them. */
export const RULE_IDS = ["RULE-01", "RULE-02", "RULE-03", "RULE-04", "RULE-05", "RULE-06", "RULE-07", "RULE-08", "RULE-09"] as const;

interface RuleLinkProps {
  id: string;
  title?: string;
  className?: string;
  children?: ReactNode;
}

/** A rule's name, as the way to everything that it rejected. */
export function RuleLink({ id, title, className, children }: RuleLinkProps) {
  const t = useTranslations("ui");
  return (
    <Link
      prefetch={false}
      href={`/trades?rule=${id}`}
      title={title ?? t("allThat", { id })}
      className={cn("inline-flex min-h-6 min-w-6 items-center underline decoration-line-strong underline-offset-2 hover:decoration-current", className)}
    >
      {children ?? id}
    </Link>
  );
}
