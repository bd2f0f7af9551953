/**
 * How much JavaScript each page costs a reader of one language before it is alive, gzipped: every script that its exported
 * file names, and the words, which come as scripts of their own. Fails where the first page sends any reader more than
 * 200 KB, or any page more than 270 KB. What a page loads after that by itself (charts, hashing) is counted in a browser: tests/e2e/test_sizes.py.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const OUT = fileURLToPath(new URL("../out", import.meta.url));
const WORDS = fileURLToPath(new URL("../src/messages/built", import.meta.url));
const LANGUAGES = readdirSync(WORDS, { withFileTypes: true }).filter((each) => each.isDirectory()).map((each) => each.name);
const FIRST_PAGE_KB = 200;
const ANY_PAGE_KB = 270;

if (!existsSync(join(OUT, "index.html"))) {
  console.error("out/index.html is missing: build first (npm run build).");
  process.exit(1);
}
const packed = new Map();
const kilobytes = (path) => {
  if (!packed.has(path)) packed.set(path, gzipSync(readFileSync(path)).length / 1024);
  return packed.get(path);
};
const wordsOf = (language, room) => kilobytes(join(WORDS, language, "shell.json")) + kilobytes(join(WORDS, language, `${room}.json`));
const scriptsOf = (html) => {
  const tags = [...html.matchAll(/<script\b[^>]*\bsrc="([^"?]+\.js)[^"]*"[^>]*>/g)];
  return [...new Set(tags.filter(([tag]) => !/nomodule/i.test(tag)).map(([, src]) => src))];
};
const pages = readdirSync(OUT).filter((name) => name.endsWith(".html") && !["404.html", "checker.html"].includes(name) && !name.startsWith("_"));
const rounded = (number) => +number.toFixed(1);
const sizes = Object.fromEntries(
  pages.sort().map((name) => {
    const room = name === "index.html" ? "home" : name.replace(/\.html$/, "");
    const readers = LANGUAGES.map((language) => {
      const page = readFileSync(join(OUT, language === "en" ? "." : language, name), "utf8");
      return [language, rounded(scriptsOf(page).reduce((sum, path) => sum + kilobytes(join(OUT, path)), wordsOf(language, room)))];
    });
    return [room === "home" ? "/" : `/${room}`, Object.fromEntries(readers)];
  }),
);
console.log(JSON.stringify({ javascript_gzip_kb: sizes, first_page_at_most_kb: FIRST_PAGE_KB, any_page_at_most_kb: ANY_PAGE_KB }));
const mostOf = (page) => (page === "/" ? FIRST_PAGE_KB : ANY_PAGE_KB);
const tooMuch = Object.entries(sizes).flatMap(([page, readers]) => Object.entries(readers).flatMap(([language, size]) => (size > mostOf(page) ? [[page, language, size]] : [])));
for (const [page, language, size] of tooMuch) console.error(`${page} (${language}) sends ${size} KB of JavaScript, more than ${mostOf(page)} KB.`);
process.exit(tooMuch.length > 0 ? 1 : 0);
