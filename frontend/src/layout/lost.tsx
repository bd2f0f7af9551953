"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";

/** Said at an address that leads nowhere. */
export function Lost() {
  const t = useTranslations("notFound");
  return (
    <div className="flex flex-col items-start gap-2 px-3 py-10">
      <h1 className="text-lg font-semibold">{t("title")}</h1>
      <p className="text-ink-2">{t.rich("next", { dashboard: linkTo("/"), trades: linkTo("/trades") })}</p>
    </div>
  );
}

function linkTo(href: string) {
  return function PageLink(name: ReactNode) {
    return (
      <Link href={href} prefetch={false} className="underline underline-offset-2">
        {name}
      </Link>
    );
  };
}
