"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { useTranslations } from "use-intl";
import { useRunning } from "@/lib/running";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
const ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

/** The reader's choice. The exported page cannot know it, so it says "system" until it runs. */
export function useThemeChoice(): Theme {
  const { theme } = useTheme();
  const running = useRunning();
  return running ? (THEMES.find((each) => each === theme) ?? "system") : "system";
}

/** System, light, dark, in turn. */
export function ThemeSwitch() {
  const t = useTranslations("theme");
  const { setTheme } = useTheme();
  const now = useThemeChoice();
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length] ?? "system";
  const Icon = ICONS[now];
  return (
    <button
      type="button"
      onClick={() => setTheme(next)}
      aria-label={t("switch", { now: t(now), next: t(next) })}
      title={t("is", { now: t(now) })}
      className="inline-flex size-6 items-center justify-center rounded-[3px] text-ink-2 hover:bg-raised hover:text-ink"
    >
      <Icon aria-hidden className="size-4" />
    </button>
  );
}
