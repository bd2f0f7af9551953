import { describe, expect, it } from "vitest";
import { PAGES } from "@/layout/pages";
import { Keys, LEADER_MS, type Pressed } from "./keys";

const press = (key: string, part: Partial<Pressed> = {}): Pressed => ({ key, ctrlKey: false, metaKey: false, altKey: false, typing: false, ...part });

describe("keys", () => {
  it("search with a slash, help with a question mark, rows with j and k", () => {
    const keys = new Keys();
    expect(keys.press(press("/"), 0)).toEqual({ do: "search" });
    expect(keys.press(press("?"), 0)).toEqual({ do: "help" });
    expect(keys.press(press("j"), 0)).toEqual({ do: "row", by: 1 });
    expect(keys.press(press("k"), 0)).toEqual({ do: "row", by: -1 });
  });
  it("go to every page by g and its letter, each letter once", () => {
    for (const page of PAGES) {
      const keys = new Keys();
      expect(keys.press(press("g"), 0)).toBeNull();
      expect(keys.press(press(page.letter), LEADER_MS)).toEqual({ do: "go", href: page.href });
    }
    expect(new Set(PAGES.map((page) => page.letter)).size).toBe(PAGES.length);
  });
  it("forget a g that is too old, and one that was followed by something else", () => {
    const keys = new Keys();
    keys.press(press("g"), 0);
    expect(keys.press(press("t"), LEADER_MS + 1)).toBeNull();
    keys.press(press("g"), 0);
    keys.press(press("q"), 1);
    expect(keys.press(press("t"), 2)).toBeNull();
  });
  it("belong to the field while somebody types, and to the browser with a modifier", () => {
    const keys = new Keys();
    expect(keys.press(press("/", { typing: true }), 0)).toBeNull();
    expect(keys.press(press("?", { ctrlKey: true }), 0)).toBeNull();
    expect(keys.press(press("j", { metaKey: true }), 0)).toBeNull();
    keys.press(press("g", { altKey: true }), 0);
    expect(keys.press(press("t"), 1)).toBeNull();
  });
  it("never trade", () => {
    const keys = new Keys();
    const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ".split("");
    for (const first of [...letters, "Enter"]) expect([undefined, "search", "help", "go", "row"]).toContain(keys.press(press(first), 0)?.do);
  });
});
