"use client";

import { useDashboard } from "@/live/live";

export function Footer() {
  const version = useDashboard("status")?.version;
  return (
    <footer className="flex flex-wrap gap-x-4 gap-y-1 px-3 py-3 text-2xs text-ink-3">
      <span>Tradeseal {version ?? ""}</span>
      <span>All times UTC.</span>
      <span>Simulated; not investment advice.</span>
      <a className="underline decoration-line-strong underline-offset-2 hover:text-ink" href="/api/openapi.json">
        OpenAPI
      </a>
      <span className="sm:ml-auto">
        TradingView Lightweight Charts™ Copyright © 2025 TradingView, Inc.{" "}
        <a className="underline decoration-line-strong underline-offset-2 hover:text-ink" href="https://www.tradingview.com/" rel="noreferrer noopener" target="_blank">
          tradingview.com
        </a>
      </span>
    </footer>
  );
}
