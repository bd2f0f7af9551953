/**
 * The whole build in one step: client from `openapi.json`, words, static export, its pages once more in each other language,
 * the checker in one file, compressed files. Works offline.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const BIN = fileURLToPath(new URL("../node_modules/.bin/", import.meta.url));
const OUT = join(HERE, "out");
const PAGES = join(HERE, ".next/server/app");
/** English lies in `out/` itself, the others in folders of their names; the server sends what the reader speaks. */
const OTHER_LANGUAGES = ["id"];

run([`${BIN}openapi-ts`, "--silent"]);
run([join(HERE, "scripts/words.mjs")]);
run([`${BIN}next`, "build"]);
for (const language of OTHER_LANGUAGES) translate(language);
run([join(HERE, "scripts/checker.mjs")]);
run([join(HERE, "scripts/postbuild.mjs")]);

/** The same compiled program writes the same pages in other words: scripts and data are those of the first export. */
function translate(language) {
  const kept = `${OUT}.kept`;
  rmSync(kept, { recursive: true, force: true });
  renameSync(OUT, kept);
  run([`${BIN}next`, "build", "--experimental-build-mode", "generate"], { EXPORT_LANGUAGE: language });
  mkdirSync(join(kept, language));
  for (const name of readdirSync(PAGES).filter((each) => /^[a-z].*\.html$/.test(each))) copyFileSync(join(PAGES, name), join(kept, language, name));
  copyFileSync(join(PAGES, "_not-found.html"), join(kept, language, "404.html"));
  rmSync(OUT, { recursive: true, force: true });
  renameSync(kept, OUT);
}

function run([script, ...args], more = {}) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", ...more };
  // Tools are run as `node <file>`: the npm scripts' own wrappers need not be on PATH.
  const { status, error } = spawnSync(process.execPath, [script, ...args], { cwd: HERE, env, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
