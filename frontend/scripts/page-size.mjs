/**
 * How much JavaScript each page costs: every script that its exported file names (what runs before a click), gzipped.
 * Fails where the first page sends more than 200 KB or any other more than 270 KB.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const OUT = fileURLToPath(new URL("../out", import.meta.url));
const FIRST_PAGE_KB = 200;
const ANY_PAGE_KB = 270;

if (!existsSync(join(OUT, "index.html"))) {
  console.error("out/index.html is missing: build first (npm run build).");
  process.exit(1);
}
const packed = new Map();
const kilobytes = (path) => {
  if (!packed.has(path)) packed.set(path, gzipSync(readFileSync(join(OUT, path))).length / 1024);
  return packed.get(path);
};
const scriptsOf = (html) => {
  const tags = [...html.matchAll(/<script\b[^>]*\bsrc="([^"?]+\.js)[^"]*"[^>]*>/g)];
  return [...new Set(tags.filter(([tag]) => !/nomodule/i.test(tag)).map(([, src]) => src))];
};
const pages = readdirSync(OUT).filter((name) => name.endsWith(".html") && !["404.html", "checker.html"].includes(name) && !name.startsWith("_"));
const sizes = Object.fromEntries(
  pages.sort().map((name) => {
    const total = scriptsOf(readFileSync(join(OUT, name), "utf8")).reduce((sum, path) => sum + kilobytes(path), 0);
    return [name === "index.html" ? "/" : `/${name.replace(/\.html$/, "")}`, +total.toFixed(1)];
  }),
);
console.log(JSON.stringify({ javascript_gzip_kb: sizes, first_page_at_most_kb: FIRST_PAGE_KB, any_page_at_most_kb: ANY_PAGE_KB }));
const tooMuch = Object.entries(sizes).filter(([page, size]) => size > (page === "/" ? FIRST_PAGE_KB : ANY_PAGE_KB));
for (const [page, size] of tooMuch) console.error(`${page} sends ${size} KB of JavaScript, more than ${page === "/" ? FIRST_PAGE_KB : ANY_PAGE_KB} KB.`);
process.exit(tooMuch.length > 0 ? 1 : 0);
