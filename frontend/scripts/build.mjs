/** The whole build in one step: client from `openapi.json`, words, static export, the checker in one file, compressed files. Works offline. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const BIN = fileURLToPath(new URL("../node_modules/.bin/", import.meta.url));
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };

for (const [script, ...args] of [[`${BIN}openapi-ts`, "--silent"], [fileURLToPath(new URL("words.mjs", import.meta.url))], [`${BIN}next`, "build"], [fileURLToPath(new URL("checker.mjs", import.meta.url))], [fileURLToPath(new URL("postbuild.mjs", import.meta.url))]]) {
  // Tools are run as `node <file>`: the npm scripts' own wrappers need not be on PATH.
  const { status, error } = spawnSync(process.execPath, [script, ...args], { cwd: HERE, env, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
