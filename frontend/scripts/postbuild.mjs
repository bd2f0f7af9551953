/**
 * After the export: write a `.gz` beside every file worth compressing, so that the server sends ready bytes.
 * The exported files themselves stay untouched.
 */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gzipSync } from "node:zlib";

const OUT = fileURLToPath(new URL("../out", import.meta.url));
const TEXT = /\.(html|js|css|svg|txt|json|map)$/;
const WORTH_IT = 1024;

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
