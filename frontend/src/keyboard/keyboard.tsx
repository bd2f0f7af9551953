"use client";

import { Search } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { lazyDialog } from "@/i18n/lazy-dialog";
import { nowMs } from "@/lib/clock";
import { Keys } from "./keys";

const SearchDialog = lazyDialog(() => import("./search-dialog").then((file) => file.SearchDialog));
const HelpDialog = lazyDialog(() => import("./help-dialog").then((file) => file.HelpDialog));

/** Listens for the page's keys, and is the button for those who have none. */
export function Keyboard() {
  const t = useTranslations("keyboard");
  const [open, setOpen] = useState<"search" | "help" | null>(null);
  useEffect(() => {
    const keys = new Keys();
    const listen = (event: KeyboardEvent) => {
      const wish = keys.press({ ...event, key: event.key, ctrlKey: event.ctrlKey, metaKey: event.metaKey, altKey: event.altKey, typing: isTyping(event) }, nowMs());
      if (wish === null) return;
      event.preventDefault();
      if (wish.do === "go") followWay(wish.href);
      else if (wish.do === "row") moveRow(wish.by);
      else setOpen(wish.do);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen("search")}
        aria-label={t("search")}
        title={t("searchHint")}
        className="inline-flex h-6 items-center gap-1.5 rounded-[3px] border border-line-strong px-1.5 text-2xs text-ink-3 hover:bg-raised hover:text-ink"
      >
        <Search aria-hidden className="size-3.5" />
        <span aria-hidden className="hidden lg:inline">
          {t("search")}
        </span>
        <kbd aria-hidden className="hidden rounded-[2px] border border-line px-1 font-mono text-[0.625rem] lg:inline">
          /
        </kbd>
      </button>
      {open === "search" ? <SearchDialog onClose={() => setOpen(null)} /> : null}
      {open === "help" ? <HelpDialog onClose={() => setOpen(null)} /> : null}
    </>
  );
}

function isTyping({ target }: KeyboardEvent): boolean {
  if (document.querySelector("[role=dialog]") !== null) return true;
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}

/** As a click on the page's own link would: it knows how that page is loaded, and what to do without a server. */
function followWay(href: string): void {
  document.querySelector<HTMLAnchorElement>(`nav a[href="${href}"]`)?.click();
}

/** The link of the next or previous table row gets the focus. */
function moveRow(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main tbody tr")].map((row) => row.querySelector<HTMLElement>("a, button")).filter((link) => link !== null);
  const now = rows.findIndex((link) => link.closest("tr")?.contains(document.activeElement));
  const next = now < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(now + by, 0), rows.length - 1);
  rows[next]?.focus();
  rows[next]?.scrollIntoView({ block: "nearest" });
}
