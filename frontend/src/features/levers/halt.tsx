"use client";

import { OctagonX } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { lazyDialog } from "@/i18n/lazy-dialog";
import { useDashboard } from "@/live/live";
import { useChangeBlock } from "@/live/trading-block";
import { Button } from "@/ui/button";

const HaltDialog = lazyDialog(() => import("./halt-dialog").then((file) => file.HaltDialog));

/** The emergency stop, in reach on every page; it asks for a typed word. */
export function Halt() {
  const t = useTranslations("halt");
  const halted = useDashboard("book")?.state === "HALTED";
  const block = useChangeBlock();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" blocked={block ?? (halted ? t("already") : null)} title={t("hint")} icon={<OctagonX aria-hidden className="size-3 text-down" />} onClick={() => setOpen(true)}>
        <span className="max-[520px]:sr-only">{t("halt")}</span>
      </Button>
      {open ? <HaltDialog onClose={() => setOpen(false)} /> : null}
    </>
  );
}
