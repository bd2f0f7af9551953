"use client";

import { useTranslations } from "use-intl";
import { PAGES } from "@/layout/pages";
import { Dialog } from "@/ui/dialog";

/** Every key of the page. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("helpDialog");
  const pages = useTranslations("pages");
  const keys: readonly [string, string][] = [
    ["/", t("search")],
    ["?", t("help")],
    ["j / k", t("rows")],
    ["Esc", t("escape")],
    ...PAGES.map((page): [string, string] => [`g ${page.letter}`, pages(page.key)]),
  ];
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("help")} description={t("noTrading")}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
        {keys.map(([key, what]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="rounded-[2px] border border-line-strong bg-sunken px-1.5 py-0.5 font-mono text-xs">{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
