/** The checker of evidence as one self-contained HTML file: `out/checker.html`, to be kept and opened anywhere. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const built = await build({
  configFile: false,
  logLevel: "error",
  root: here(".."),
  publicDir: false,
  resolve: { alias: { "@": here("../src") } },
  build: { write: false, minify: true, target: "es2023", lib: { entry: here("../src/checker/main.ts"), formats: ["iife"], name: "checker" } },
});
const [{ output }] = [built].flat();
const script = output.find((each) => each.type === "chunk").code.replaceAll("</script", "<\\/script");
const style = readFileSync(here("../src/checker/checker.css"), "utf8");
const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Tradeseal checker</title><style>${style}</style></head><body><script>${script}</script></body></html>\n`;
writeFileSync(here("../out/checker.html"), page);
console.log(`checker.html: ${Math.round(page.length / 1024)} KB`);
