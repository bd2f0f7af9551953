"use client";

/** Names of figures and of reasons for an exit in the reader's language; one that no message names keeps the server's word. */
import { useTranslations } from "use-intl";

export function useFigureWords(): (figure: { id: string; title?: string; formula?: string }) => { name: string; formula: string } {
  const t = useTranslations("figures");
  return ({ id, title = id, formula = "" }) =>
    t.has(`metrics.${id}` as never) ? { name: t(`metrics.${id}.title` as never), formula: t(`metrics.${id}.formula` as never) } : { name: title, formula };
}

export function useReasonWords(): (reason: string) => string {
  const t = useTranslations("ui");
  return (reason) => (t.has(`reasonWords.${reason}` as never) ? t(`reasonWords.${reason}` as never) : reason.toLowerCase());
}
