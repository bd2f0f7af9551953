"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { PageWords } from "@/i18n/provider";
import { KeyExchange } from "@/live/session";
import { BookBanner, DisconnectedBanner, StoppedBanner } from "./banners";
import { DocumentTitle } from "./document-title";
import { Footer } from "./footer";
import { Header } from "./header";
import { HistoryBanner } from "./history-banner";
import { Navigation } from "./navigation";
import { TrustStrip } from "./trust-strip";

// From here, not from its own file: a client file of its own would cut every page's scripts into more pieces.
export { Lost } from "./lost";

/** What stands around every page: where we are, how far to trust it, and whether the line is up. */
export function Shell({ children }: { children: ReactNode }) {
  const t = useTranslations("shell");
  return (
    <div className="flex min-h-dvh flex-col">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-act focus:px-3 focus:py-2 focus:text-act-ink">
        {t("skip")}
      </a>
      <DocumentTitle />
      <Header />
      <div className="flex flex-1 flex-col md:flex-row">
        <Navigation />
        <div className="flex min-w-0 flex-1 flex-col">
          <TrustStrip />
          <KeyExchange />
          <DisconnectedBanner />
          <HistoryBanner />
          <StoppedBanner />
          <BookBanner />
          <main id="content" tabIndex={-1} className="min-w-0 flex-1 outline-none">
            <PageWords>{children}</PageWords>
          </main>
          <Footer />
        </div>
      </div>
    </div>
  );
}
