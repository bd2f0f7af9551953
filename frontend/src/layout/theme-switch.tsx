"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { useSyncExternalStore } from "react";

const ORDER = ["system", "light", "dark"] as const;
const ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

const never = () => () => undefined;

/** System, light, dark, in turn. The exported page cannot know the choice, so it shows "system" until it runs. */
export function ThemeSwitch() {
  const { theme, setTheme } = useTheme();
  const running = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const now = running ? (ORDER.find((each) => each === theme) ?? "system") : "system";
  const next = ORDER[(ORDER.indexOf(now) + 1) % ORDER.length] ?? "system";
  const Icon = ICONS[now];
  return (
    <button
      type="button"
      onClick={() => setTheme(next)}
      aria-label={`Theme: ${now}. Switch to ${next}.`}
      title={`Theme: ${now}`}
      className="inline-flex size-6 items-center justify-center rounded-[3px] text-ink-2 hover:bg-raised hover:text-ink"
    >
      <Icon aria-hidden className="size-4" />
    </button>
  );
}
