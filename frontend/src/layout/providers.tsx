"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ThemeProvider } from "next-themes";
import { useState, type ReactNode } from "react";
import { ApiProblem } from "@/api/problem";
import { LiveProvider } from "@/live/live";

export function Providers({ children }: { children: ReactNode }) {
  const [cache] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: {
            // An answer with a reason does not get better by asking again; silence might.
            retry: (count, error) => count < 2 && !(error instanceof ApiProblem && error.status >= 400 && error.status < 500),
            refetchOnWindowFocus: false,
            staleTime: 5000,
          },
        },
      }),
  );
  return (
    <QueryClientProvider client={cache}>
      <ThemeProvider attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange>
        <LiveProvider>{children}</LiveProvider>
      </ThemeProvider>
    </QueryClientProvider>
  );
}
