"use client";

import { usePathname } from "next/navigation";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import { PAGES } from "./pages";

const OTHERS = ["login", "block", "tx", "address"] as const;

/** The browser tab's title in the reader's language; the exported one is English. */
export function DocumentTitle() {
  const pages = useTranslations("pages");
  const titles = useTranslations("titles");
  const path = usePathname();
  const page = PAGES.find((each) => each.href === path);
  const other = OTHERS.find((each) => path === `/${each}`);
  const name = page ? pages(page.key) : other ? titles(other) : null;
  useEffect(() => {
    if (name !== null) document.title = titles("of", { page: name });
  }, [name, titles]);
  return null;
}
