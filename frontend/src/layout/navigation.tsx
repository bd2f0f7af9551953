"use client";

import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { cn } from "@/lib/cn";
import { PageLink } from "./page-link";
import { isAt, PAGES } from "./pages";

/** All pages: a rail at the side, on a phone a row that scrolls. */
export function Navigation() {
  const path = usePathname();
  const t = useTranslations("pages");
  const row = useRef<HTMLElement>(null);

  // On a phone the row is wider than the screen: bring the page one is on into sight, moving the row alone.
  useEffect(() => {
    const here = row.current?.querySelector<HTMLElement>("[aria-current=page]");
    if (row.current && here) row.current.scrollLeft = here.offsetLeft - (row.current.clientWidth - here.offsetWidth) / 2;
  }, [path]);

  return (
    <nav
      ref={row}
      aria-label={t("label")}
      className="relative flex shrink-0 gap-0.5 overflow-x-auto border-b border-line bg-surface px-1 md:sticky md:top-[45px] md:h-[calc(100dvh-45px)] md:w-[72px] md:flex-col md:overflow-x-hidden md:overflow-y-auto md:border-r md:border-b-0 md:px-0 md:py-1"
    >
      {PAGES.map((page) => {
        const here = isAt(page, path);
        return (
          <PageLink
            key={page.key}
            href={page.href}
            whole={page.key === "verify"}
            aria-current={here ? "page" : undefined}
            title={t("shortcut", { page: t(page.key), letter: page.letter })}
            className={cn(
              "relative flex shrink-0 items-center gap-1.5 px-2.5 py-2 text-xs font-medium md:flex-col md:gap-0.5 md:px-1 md:text-[0.6875rem]",
              "after:absolute after:bg-wax max-md:after:inset-x-2.5 max-md:after:bottom-0 max-md:after:h-0.5 md:after:inset-y-1 md:after:left-0 md:after:w-0.5",
              here ? "text-ink" : "text-ink-3 after:hidden hover:bg-raised hover:text-ink",
            )}
          >
            <page.icon aria-hidden className="size-4 md:size-[18px]" strokeWidth={1.75} />
            {t(page.key)}
          </PageLink>
        );
      })}
    </nav>
  );
}
