"use client";

import { useTranslations } from "use-intl";
import { Button } from "./button";

/** Every chart's numbers as a table, for who cannot see a drawing or wants to copy. */
export function TableSwitch({ of, shown, onChange }: { of: string; shown: boolean; onChange: (shown: boolean) => void }) {
  const t = useTranslations("tables");
  return (
    <Button size="small" aria-pressed={shown} aria-label={t("tableOf", { of })} onClick={() => onChange(!shown)}>
      {t("table")}
    </Button>
  );
}
