import { IntlMessageFormat } from "intl-messageformat";
import { describe, expect, it } from "vitest";
import english from "./en.json";
import indonesian from "./id.json";

type Tree = { [name: string]: string | Tree };

function flat(tree: Tree, before = ""): Map<string, string> {
  const pairs = Object.entries(tree).flatMap(([name, value]) => (typeof value === "string" ? [[`${before}${name}`, value] as const] : [...flat(value, `${before}${name}.`)]));
  return new Map(pairs);
}

/** What a message asks for: the names between braces, whatever is made of them. */
function asksFor(text: string): string[] {
  const names = new Set<string>();
  const walk = (parts: readonly unknown[]): void => {
    for (const part of parts as { type: number; value: string; options?: Record<string, { value: unknown[] }> }[]) {
      if (part.type !== 0 && part.type !== 7) names.add(part.value);
      for (const option of Object.values(part.options ?? {})) walk(option.value);
    }
  };
  walk(new IntlMessageFormat(text).getAst());
  return [...names].sort();
}

const en = flat(english);
const id = flat(indonesian);

describe("the two languages", () => {
  it("say the same things", () => {
    expect([...id.keys()].sort()).toEqual([...en.keys()].sort());
  });
  it("leave nothing empty", () => {
    for (const words of [en, id]) expect([...words].filter(([, text]) => text.trim() === "")).toEqual([]);
  });
  it("ask for the same numbers and names in each message", () => {
    const different = [...en].filter(([name, text]) => JSON.stringify(asksFor(text)) !== JSON.stringify(asksFor(id.get(name) ?? "")));
    expect(different.map(([name]) => name)).toEqual([]);
  });
  it("are really two languages: a sentence is never left in English", () => {
    const same = [...en].filter(([name, text]) => text.split(" ").length >= 4 && id.get(name) === text);
    expect(same.map(([name]) => name)).toEqual([]);
  });
});
