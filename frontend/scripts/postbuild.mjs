/**
 * After the export: each page names the two fonts that it is written in, so that they come with the styles and not after
 * the first painting, which would then be done twice; it carries its own words in its language (src/i18n/provider.tsx), so
 * that it need not ask for them before it comes to life; and a `.gz` beside every file worth compressing, so that the
 * server sends ready bytes.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gzipSync } from "node:zlib";

const OUT = fileURLToPath(new URL("../out", import.meta.url));
const TEXT = /\.(html|js|css|svg|txt|json|map)$/;
const WORDS = fileURLToPath(new URL("../src/messages/built", import.meta.url));
const WORTH_IT = 1024;

const MEDIA = "_next/static/media";
const fonts = readdirSync(join(OUT, MEDIA)).filter((name) => /^(inter|jetbrains-mono)-latin-wght-normal\..*woff2$/.test(name));
if (fonts.length !== 2) throw new Error(`Two fonts were expected in ${MEDIA}: ${fonts}`);
const links = fonts.map((name) => `<link rel="preload" href="/${MEDIA}/${name}" as="font" type="font/woff2" crossorigin="anonymous"/>`).join("");
for (const name of readdirSync(OUT, { recursive: true }).filter((each) => each.endsWith(".html") && each !== "checker.html")) {
  const page = readFileSync(join(OUT, name), "utf8");
  if (!page.includes(links)) writeFileSync(join(OUT, name), page.replace("</head>", () => `${links}${wordsOf(name)}</head>`));
}

/** What stands around every page and what this one says, as data that no browser runs. */
function wordsOf(name) {
  const [page, folder = "en"] = name.replace(/\.html$/, "").split(/[\\/]/).reverse();
  const room = page === "index" ? "home" : page;
  const text = ["shell", room].filter((each) => existsSync(join(WORDS, folder, `${each}.json`))).map((each) => `"${each}":${readFileSync(join(WORDS, folder, `${each}.json`), "utf8")}`);
  return `<script type="application/json" id="page-words">{${text.join().replaceAll("<", "\\u003c")}}</script>`;
}

let plain = 0;
let packed = 0;
for (const entry of readdirSync(OUT, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (!entry.isFile()) continue;
  if (path.endsWith(".gz")) {
    rmSync(path);
    continue;
  }
  if (!TEXT.test(path) || statSync(path).size < WORTH_IT) continue;
  const body = readFileSync(path);
  const gz = gzipSync(body, { level: constants.Z_BEST_COMPRESSION });
  plain += body.length;
  packed += gz.length;
  writeFileSync(`${path}.gz`, gz);
}
console.log(`compressed ${Math.round(plain / 1024)} KB to ${Math.round(packed / 1024)} KB`);
