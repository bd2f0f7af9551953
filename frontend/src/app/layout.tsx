import type { Metadata, Viewport } from "next";
import { Suspense, type ReactNode } from "react";
import { LanguageProvider } from "@/i18n/provider";
import { Providers } from "@/layout/providers";
import { Shell } from "@/layout/shell";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Dashboard · Tradeseal", template: "%s · Tradeseal" },
  description: "Every trade can be recomputed. Simulated; not investment advice.",
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fbfbf8" },
    { media: "(prefers-color-scheme: dark)", color: "#0f1415" },
  ],
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    // next-themes sets the class before React runs.
    <html lang={process.env.EXPORT_LANGUAGE ?? "en"} suppressHydrationWarning>
      <body>
        <Providers>
          {/* What was exported stays on the screen until the words are there. */}
          <Suspense>
            <LanguageProvider>
              <Shell>{children}</Shell>
            </LanguageProvider>
          </Suspense>
        </Providers>
      </body>
    </html>
  );
}
