/**
 * The page's words, made ready for the browser: in each language one file for what stands around every page, one for
 * each page and one for the dialogs that are opened by hand, messages compiled, so that a reader loads the words of the page he reads and no parser for them.
 *
 * Which page says what is read from the sources: a page says the namespaces that the files it imports ask for.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import compile from "icu-minify/compile";

const SRC = fileURLToPath(new URL("../src/", import.meta.url));
const APP = join(SRC, "app");
const BUILT = join(SRC, "messages/built");
const LANGUAGES = ["en", "id"];
const SHELL = "shell";
const DIALOG = "-dialog";

/** The file that an import names, or null for a package's. */
function fileOf(name, from) {
  const path = name.startsWith("@/") ? join(SRC, name.slice(2)) : name.startsWith(".") ? resolve(dirname(from), name) : null;
  if (path === null) return null;
  return [path, `${path}.ts`, `${path}.tsx`, join(path, "index.ts"), join(path, "index.tsx")].find((each) => /\.tsx?$/.test(each) && existsSync(each)) ?? null;
}

/** Every namespace that a file, or anything it imports, at once or later, asks for; dialogs that are loaded later have a room of their own. */
export function namespacesOf(file, seen = new Set()) {
  if (seen.has(file)) return new Set();
  seen.add(file);
  const text = readFileSync(file, "utf8");
  const found = new Set([...text.matchAll(/useTranslations\("([A-Za-z]+)/g)].map(([, name]) => name));
  for (const [, how, name] of text.matchAll(/(from|import|import\()\s*"([^"]+)"/g)) {
    if (how === "import(" && name.endsWith(DIALOG)) continue;
    const next = fileOf(name, file);
    if (next !== null) for (const each of namespacesOf(next, seen)) found.add(each);
  }
  return found;
}

/** The rooms and what is said in each; what stands around every page is not said again in a room. */
export function rooms() {
  const shell = new Set([...namespacesOf(join(APP, "layout.tsx")), ...namespacesOf(join(APP, "not-found.tsx"))]);
  const pages = readdirSync(APP, { withFileTypes: true }).filter((each) => each.isDirectory() && existsSync(join(APP, each.name, "page.tsx")));
  const own = (page) => [...namespacesOf(join(APP, page, "page.tsx"))].filter((name) => !shell.has(name)).sort();
  const dialogs = readdirSync(SRC, { recursive: true }).filter((each) => each.endsWith(`${DIALOG}.tsx`) && !each.startsWith("i18n"));
  const inDialogs = [...new Set(dialogs.flatMap((each) => [...namespacesOf(join(SRC, each))]))].filter((name) => !shell.has(name)).sort();
  return { [SHELL]: [...shell].sort(), dialogs: inDialogs, home: own("."), ...Object.fromEntries(pages.map(({ name }) => [name, own(name)])) };
}

function compiled(words) {
  if (typeof words === "string") return compile(words);
  return Object.fromEntries(Object.entries(words).map(([name, each]) => [name, compiled(each)]));
}

function write() {
  rmSync(BUILT, { recursive: true, force: true });
  const all = rooms();
  for (const language of LANGUAGES) {
    const words = compiled(JSON.parse(readFileSync(join(SRC, `messages/${language}.json`), "utf8")));
    mkdirSync(join(BUILT, language), { recursive: true });
    for (const [room, names] of Object.entries(all)) {
      writeFileSync(join(BUILT, language, `${room}.json`), JSON.stringify(Object.fromEntries(names.map((name) => [name, words[name]]))));
    }
  }
  const loaders = (language) => Object.keys(all).map((room) => `    ${JSON.stringify(room)}: () => import("./${language}/${room}.json").then((file) => file.default as unknown as Messages),`);
  const lines = [
    "// Written by scripts/words.mjs.",
    'import type { Messages } from "use-intl";',
    "",
    `export type Room = ${Object.keys(all).map((room) => JSON.stringify(room)).join(" | ")};`,
    "",
    'export const FILES: Record<"en" | "id", Record<Room, () => Promise<Messages>>> = {',
    ...LANGUAGES.flatMap((language) => [`  ${language}: {`, ...loaders(language), "  },"]),
    "};",
    "",
  ];
  writeFileSync(join(BUILT, "rooms.ts"), lines.join("\n"));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) write();
