"use client";

import { useTheme } from "next-themes";
import { useMemo } from "react";

const NAMES = ["surface", "line", "line-strong", "ink", "ink-2", "ink-3", "up", "down", "warn", "wax", "benchmark"] as const;
export type Colours = Record<(typeof NAMES)[number], string>;

/** The design tokens as values, for canvases, which cannot read CSS. Changes with the theme. */
export function useColours(): Colours | null {
  const { resolvedTheme } = useTheme();
  return useMemo(() => {
    if (typeof window === "undefined" || resolvedTheme === undefined) return null;
    const theme = resolvedTheme === "dark" ? "dark" : "light";
    return (known[theme] ??= read(theme));
  }, [resolvedTheme]);
}

const known: Partial<Record<"dark" | "light", Colours>> = {};

/** Asked for once a theme: the browser has to work out every style to answer. */
function read(theme: "dark" | "light"): Colours {
  // next-themes sets the class in an effect; read the tokens from a probe that carries the theme itself.
  const probe = document.createElement("div");
  probe.className = theme;
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const colours = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Colours;
  probe.remove();
  return colours;
}
