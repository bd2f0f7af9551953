import next from "eslint-config-next/core-web-vitals";
import typescript from "eslint-config-next/typescript";
import i18next from "eslint-plugin-i18next";
import { visibleWords, preparedWords } from "./eslint.words.mjs";

/** A page that is fetched before anybody asks for it brings along, by its headers, what that page would ask. */
const unaskedPages = {
  selector: 'JSXOpeningElement[name.name="Link"]:not(:has(> JSXAttribute[name.name="prefetch"]))',
  message: "Say prefetch={false}: pages are small, and their headers have the browser ask for their data at once.",
};

const config = [
  { ignores: ["out/**", ".next/**", "src/api/generated/**", "next-env.d.ts"] },
  ...next,
  ...typescript,
  {
    files: ["src/**/*.{ts,tsx}"],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "Take the time from lib/clock, so that tests can set it." },
      ],
    },
  },
  {
    files: ["src/{features,ui,lib,live,api}/**/*.{ts,tsx}"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["@/features/*", "@/layout/*"], message: "Features do not import each other: pages join them." }] },
      ],
    },
  },
  {
    // Each word that a reader sees stands in src/messages, in both languages.
    files: ["src/**/*.tsx"],
    ignores: ["src/**/*.test.tsx"],
    plugins: { i18next },
    rules: { "i18next/no-literal-string": ["error", visibleWords], "no-restricted-syntax": ["error", ...preparedWords, unaskedPages] },
  },
  // Titles as they are exported, in English; layout/document-title says them in the reader's language.
  { files: ["src/app/**/{page,layout}.tsx"], rules: { "no-restricted-syntax": "off" } },
  { files: ["src/lib/clock.ts", "src/app/**", "src/**/*.test.{ts,tsx}"], rules: { "no-restricted-properties": "off" } },
];

export default config;
