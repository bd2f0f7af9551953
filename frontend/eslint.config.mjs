import next from "eslint-config-next/core-web-vitals";
import typescript from "eslint-config-next/typescript";

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
  { files: ["src/lib/clock.ts", "src/app/**", "src/**/*.test.{ts,tsx}"], rules: { "no-restricted-properties": "off" } },
];

export default config;
