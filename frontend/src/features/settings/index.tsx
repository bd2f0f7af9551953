"use client";

import { useTheme } from "next-themes";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { chooseLanguage, LANGUAGES, useLanguage } from "@/i18n/language";
import { useRunning } from "@/lib/running";
import { Segmented } from "@/ui/fields";
import { Panel } from "@/ui/panel";

const THEMES = ["system", "light", "dark"] as const;

/** What a reader chooses for this browser; nothing of it leaves the browser. */
export function Settings() {
  const t = useTranslations("settings");
  const themes = useTranslations("theme");
  const { theme, setTheme } = useTheme();
  const running = useRunning();
  const language = useLanguage();
  const chosen = running ? (THEMES.find((each) => each === theme) ?? "system") : "system";
  return (
    <div className="flex flex-col gap-px bg-line pb-px">
      <h1 className="sr-only">{t("title")}</h1>
      <Panel title={t("title")} note={t("note")}>
        <ul className="divide-y divide-line">
          <Line name={t("theme")} hint={t("themeHint")}>
            <Segmented label={t("theme")} value={chosen} onChange={setTheme} options={THEMES.map((value) => ({ value, text: themes(value) }))} />
          </Line>
          <Line name={t("language")} hint={t("languageHint")}>
            <Segmented label={t("language")} value={language} onChange={chooseLanguage} options={LANGUAGES.map((value) => ({ value, text: t(`languages.${value}`) }))} />
          </Line>
          <Line name={t("time")} hint={t("timeHint")}>
            UTC
          </Line>
          <Line name={t("units")} hint={t("unitsHint")}>
            {t("unitsNow")}
          </Line>
        </ul>
      </Panel>
    </div>
  );
}

function Line({ name, hint, children }: { name: string; hint: string; children: ReactNode }) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-3 py-2.5">
      <div className="min-w-0">
        <p className="font-medium">{name}</p>
        <p className="text-xs text-ink-2">{hint}</p>
      </div>
      <div>{children}</div>
    </li>
  );
}
