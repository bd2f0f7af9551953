import { defineConfig } from "@hey-api/openapi-ts";

/**
 * The client is written anew from `openapi.json` before every build, test and type check and is never committed:
 * there is one truth, the committed `openapi.json`, and nothing that could drift from it.
 */
export default defineConfig({
  input: "./openapi.json",
  output: { path: "./src/api/generated", clean: true },
  // The functions are handed the client of `src/api/client.ts`; of the generated one only its types are used.
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", { name: "@hey-api/sdk", client: false }],
  logs: { file: false, level: "warn" },
});
