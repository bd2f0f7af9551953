"use client";

/** The server's fixed sentences in the reader's language; what is not among them stays as the server wrote it. */
import { useTranslations } from "use-intl";

type Words = (text: string | null | undefined) => string | undefined;

/** A sentence's name among the messages: `measured for each signal` → `measured_for_each_signal`. */
export function nameOf(sentence: string): string {
  return sentence.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_|_$/g, "");
}

/** Sentences joined by semicolons are looked up one by one. */
export function useServerWords(): Words {
  const t = useTranslations("server");
  const one = (sentence: string) => {
    const name = nameOf(sentence);
    return name !== "" && t.has(name as never) ? t(name as never) : sentence;
  };
  return (text) => (text ? text.split("; ").map(one).join("; ") : undefined);
}
