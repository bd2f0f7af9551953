import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { rooms } from "../../scripts/words.mjs";
import english from "./en.json";
import { FILES, type Room } from "./built/rooms";

const all: Record<string, string[]> = rooms();

describe("the rooms of the words", () => {
  it("are one for each page, one for what stands around every page, one for dialogs", () => {
    const pages = readdirSync(new URL("../app", import.meta.url), { withFileTypes: true }).filter((each) => each.isDirectory());
    expect(Object.keys(all).sort()).toEqual(["dialogs", "home", "shell", ...pages.map((each) => each.name)].sort());
  });
  it("hold every namespace that is asked for, and only such", () => {
    const asked = new Set(Object.values(all).flat());
    expect([...asked].filter((name) => !(name in english))).toEqual([]);
    expect(Object.keys(english).filter((name) => !asked.has(name))).toEqual([]);
  });
  it("say nothing again that stands around every page", () => {
    for (const [room, names] of Object.entries(all)) if (room !== "shell") expect(names.filter((name) => all.shell?.includes(name))).toEqual([]);
  });
  it("of dialogs are loaded with every dialog", () => {
    const sources = readdirSync(new URL("..", import.meta.url), { recursive: true, encoding: "utf8" }).filter((each) => /(?<!\.test)\.tsx?$/.test(each));
    const loads = sources.flatMap((each) => readFileSync(new URL(`../${each}`, import.meta.url), "utf8").match(/\S+\(\(\) => import\("[^"]+-dialog"\)/g) ?? []);
    expect(loads.length).toBeGreaterThan(5);
    expect(loads.filter((each) => !each.startsWith("lazyDialog("))).toEqual([]);
  });
  it("are there in both languages", async () => {
    for (const language of ["en", "id"] as const)
      for (const [room, names] of Object.entries(all)) expect(Object.keys(await FILES[language][room as Room]())).toEqual(names);
  });
});
