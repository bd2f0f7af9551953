/**
 * How much JavaScript the first page costs: every script that `out/index.html` names (what runs before a click), gzipped,
 * and beside it the chunks that are loaded afterwards. Fails above the floor of 400 KB; the goal is 200 KB.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const OUT = fileURLToPath(new URL("../out", import.meta.url));
const FLOOR_KB = 400;
const GOAL_KB = 200;

const page = join(OUT, "index.html");
if (!existsSync(page)) {
  console.error("out/index.html is missing: build first (npm run build).");
  process.exit(1);
}
const html = readFileSync(page, "utf8");
const gzipped = (path) => gzipSync(readFileSync(join(OUT, path))).length;
const tags = [...html.matchAll(/<script\b[^>]*\bsrc="([^"?]+\.js)[^"]*"[^>]*>/g)];
const first = new Set(tags.filter(([tag]) => !/nomodule/i.test(tag)).map(([, src]) => src));
const all = readdirSync(join(OUT, "_next/static"), { recursive: true })
  .filter((name) => name.endsWith(".js"))
  .map((name) => `/_next/static/${name}`);
const sum = (paths) => paths.reduce((total, path) => total + gzipped(path), 0) / 1024;

const firstKb = sum([...first]);
const laterKb = sum(all.filter((path) => !first.has(path)));
console.log(JSON.stringify({ first_page_js_gzip_kb: +firstKb.toFixed(1), other_chunks_gzip_kb: +laterKb.toFixed(1), goal_kb: GOAL_KB, floor_kb: FLOOR_KB }));
if (firstKb > FLOOR_KB) {
  console.error(`The first page sends ${firstKb.toFixed(0)} KB of JavaScript, more than ${FLOOR_KB} KB.`);
  process.exit(1);
}
