"use client";

/** Names and formulas of the figures in the reader's language; one that no message names keeps the server's words. */
import { useTranslations } from "use-intl";

interface Told {
  id: string;
  title: string;
  formula: string;
}

export function useNamed(): (list: "metrics" | "rates" | "latencies", told: Told) => { name: string; formula: string } {
  const t = useTranslations("figures");
  return (list, { id, title, formula }) => {
    const known = t.has(`${list}.${id}` as never);
    return known ? { name: t(`${list}.${id}.title` as never), formula: t(`${list}.${id}.formula` as never) } : { name: title, formula };
  };
}
