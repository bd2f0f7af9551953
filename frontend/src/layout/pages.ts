/** The pages of Tradeseal: where they are, and the letter that leads to each after `g`. */
import { Activity, Blocks, BrainCircuit, ChartCandlestick, ChartSpline, FlaskConical, Gauge, ListOrdered, Settings, ShieldCheck, SquareStack, type LucideIcon } from "lucide-react";

export interface PageLink {
  key: "dashboard" | "trades" | "analytics" | "backtests" | "strategies" | "explorer" | "verify" | "risk" | "events" | "monitor" | "settings";
  href: string;
  letter: string;
  icon: LucideIcon;
  /** Addresses that belong to this page although they are not its own. */
  also?: readonly string[];
}

export const PAGES: readonly PageLink[] = [
  { key: "dashboard", href: "/", letter: "d", icon: ChartCandlestick },
  { key: "trades", href: "/trades", letter: "t", icon: ListOrdered },
  { key: "analytics", href: "/analytics", letter: "a", icon: ChartSpline },
  { key: "backtests", href: "/backtests", letter: "b", icon: FlaskConical },
  { key: "strategies", href: "/strategies", letter: "y", icon: BrainCircuit },
  { key: "explorer", href: "/explorer", letter: "x", icon: Blocks, also: ["/block", "/tx", "/address"] },
  { key: "verify", href: "/verify", letter: "v", icon: ShieldCheck },
  { key: "risk", href: "/risk", letter: "r", icon: Gauge },
  { key: "events", href: "/events", letter: "e", icon: SquareStack },
  { key: "monitor", href: "/monitor", letter: "m", icon: Activity },
  { key: "settings", href: "/settings", letter: "s", icon: Settings, also: ["/login"] },
];

export function isAt(page: PageLink, path: string): boolean {
  return path === page.href || (page.also ?? []).includes(path);
}
