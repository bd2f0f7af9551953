"use client";

/**
 * The page's words. Each language is a file of its own, loaded when it is needed; the exported page is English and its
 * words are loaded before it comes to life, so that what is drawn never changes under the reader.
 */
import { use, useEffect, useState, type ReactNode } from "react";
import { IntlProvider, type Messages } from "use-intl";
import { useLanguage, type Language } from "./language";

const FILES: Record<Language, () => Promise<Messages>> = {
  en: () => import("@/messages/en.json").then((file) => file.default),
  id: () => import("@/messages/id.json").then((file) => file.default as Messages),
};

const english = FILES.en();

export function LanguageProvider({ children }: { children: ReactNode }) {
  const first = use(english);
  const language = useLanguage();
  const [words, setWords] = useState<{ language: Language; messages: Messages }>({ language: "en", messages: first });
  useEffect(() => {
    if (words.language === language) return;
    let gone = false;
    void FILES[language]().then((messages) => {
      if (!gone) setWords({ language, messages });
    });
    return () => {
      gone = true;
    };
  }, [language, words.language]);
  useEffect(() => {
    document.documentElement.lang = words.language;
  }, [words.language]);
  return (
    <IntlProvider locale={words.language} messages={words.messages} timeZone="UTC">
      {children}
    </IntlProvider>
  );
}
