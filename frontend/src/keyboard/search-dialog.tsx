"use client";

import { useTranslations } from "use-intl";
import { SearchForm } from "@/features/explorer/search-form";
import { Dialog } from "@/ui/dialog";

export function SearchDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("keyboard");
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("search")} description={t("searchWhat")}>
      <SearchForm autoFocus onGone={onClose} />
    </Dialog>
  );
}
