/**
 * Which language the reader chose, kept in this browser, and told to the server in a cookie, so that the page comes in it.
 * Knows nothing of the words themselves.
 */
import { useSyncExternalStore } from "react";

export const LANGUAGES = ["en", "id"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEY = "tradeseal.language";
const A_YEAR_S = 31_536_000;
const listeners = new Set<() => void>();

function isLanguage(text: string | null): text is Language {
  return LANGUAGES.some((each) => each === text);
}

/** The choice, or else the first of the browser's own languages that we speak. */
export function chosenLanguage(): Language {
  const kept = read();
  if (isLanguage(kept)) return kept;
  const spoken = navigator.languages.map((each) => each.slice(0, 2));
  return spoken.find((each): each is Language => isLanguage(each)) ?? "en";
}

export function chooseLanguage(language: Language): void {
  try {
    window.localStorage.setItem(KEY, language);
    tellServer(language);
  } catch {
    // A browser that keeps nothing still changes its language for this visit.
  }
  for (const each of [...listeners]) each();
}

/** The next page comes in this language at once. */
export function tellServer(language: Language): void {
  document.cookie = `${KEY}=${language}; path=/; max-age=${A_YEAR_S}; samesite=strict`;
}

function read(): string | null {
  try {
    return window.localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

/** The language that this page was exported in (scripts/build.mjs): what it says until it runs. */
export const EXPORTED: Language = exported();

function exported(): Language {
  const told = typeof document === "undefined" ? process.env.EXPORT_LANGUAGE : document.documentElement.lang;
  return isLanguage(told ?? null) ? (told as Language) : "en";
}

/** The page comes in the language that its server knows of; the reader's own choice comes when it runs. */
export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, chosenLanguage, () => EXPORTED);
}
