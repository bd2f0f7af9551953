/** Which language the reader chose, kept in this browser. Knows nothing of the words themselves. */
import { useSyncExternalStore } from "react";

export const LANGUAGES = ["en", "id"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEY = "tradeseal.language";
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
  } catch {
    // A browser that keeps nothing still changes its language for this visit.
  }
  for (const each of [...listeners]) each();
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

/** The exported page is English; a reader's own choice comes when it runs. */
export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, chosenLanguage, () => "en");
}
