"use client";

import { useTranslations } from "use-intl";
import { useStatus } from "@/live/live";

const LINK = "underline decoration-line-strong underline-offset-2 hover:text-ink";

export function Footer() {
  const t = useTranslations("shell");
  const version = useStatus((status) => status.version);
  return (
    <footer className="flex flex-wrap gap-x-4 gap-y-1 px-3 py-3 text-2xs text-ink-3">
      <span>Tradeseal {version ?? ""}</span>
      <span>{t("utc")}</span>
      <span>{t("disclaimer")}</span>
      <span>{t("keys")}</span>
      <a className={LINK} href="/api/openapi.json">
        OpenAPI
      </a>
      <span className="sm:ml-auto">
        {/* The licence of the charts asks for this line as it is. */}
        {"TradingView Lightweight Charts™ Copyright © 2025 TradingView, Inc. "}
        <a className={LINK} href="https://www.tradingview.com/" rel="noreferrer noopener" target="_blank">
          tradingview.com
        </a>
      </span>
    </footer>
  );
}
