"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ThemeProvider } from "next-themes";
import { useState, type ReactNode } from "react";
import { ApiProblem } from "@/api/problem";
import { LiveProvider } from "@/live/live";

/** An engine that starts will answer in a while; until then the page shows that it loads. */
function isStarting(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === "STARTING";
}

export function Providers({ children }: { children: ReactNode }) {
  const [cache] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: {
            // An answer with a reason does not get better by asking again; silence might.
            retry: (count, error) => isStarting(error) || (count < 2 && !(error instanceof ApiProblem && error.status >= 400 && error.status < 500)),
            retryDelay: (count, error) => (isStarting(error) ? 1500 : 500 * 2 ** count),
            refetchOnWindowFocus: false,
            staleTime: 5000,
          },
        },
      }),
  );
  return (
    <QueryClientProvider client={cache}>
      <ThemeProvider attribute="class" defaultTheme="system" enableSystem>
        <LiveProvider>{children}</LiveProvider>
      </ThemeProvider>
    </QueryClientProvider>
  );
}
