import type { NextConfig } from "next";

/** A static export: the backend serves `out/` from the port that also answers /api, /ws and /rpc. No Node at run time. */
const config: NextConfig = {
  output: "export",
  images: { unoptimized: true },
  reactStrictMode: true,
  poweredByHeader: false,
  // scripts/words.mjs has compiled the messages; the parser for them stays out of the page.
  turbopack: { resolveAlias: { "use-intl/format-message": "use-intl/format-message/format-only" } },
  // lucide and radix re-export hundreds of modules from one barrel; only what is named may reach the page.
  experimental: { optimizePackageImports: ["lucide-react", "radix-ui"] },
};

export default config;
