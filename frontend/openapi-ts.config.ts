import { defineConfig } from "@hey-api/openapi-ts";

/**
 * The client is written anew from `openapi.json` before every build, test and type check and is never committed:
 * there is one truth, the committed `openapi.json`, and nothing that could drift from it.
 */
export default defineConfig({
  input: "./openapi.json",
  output: { path: "./src/api/generated", clean: true },
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
  logs: { file: false, level: "warn" },
});
