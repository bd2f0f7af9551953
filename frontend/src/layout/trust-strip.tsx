"use client";

import { useDashboard } from "@/live/live";
import { SyntheticLabel } from "@/ui/badge";

/** How far what you see may be trusted, in plain words, on every page. */
const SIMULATED_PAST =
  "Simulated past: old prices are replayed and a contract on a private chain decides every trade. It can be recomputed, but it says nothing about foresight.";

export function TrustStrip() {
  const status = useDashboard("status");
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-0.5 border-b border-line bg-sunken px-3 py-1 text-2xs text-ink-2">
      <span className="inline-flex h-[18px] items-center rounded-[2px] bg-wax-wash px-1.5 font-semibold whitespace-nowrap text-wax">
        Trust level {status?.trust.level ?? "S"}
      </span>
      <span className="min-w-0">{status?.trust.text ?? SIMULATED_PAST}</span>
      <span className="font-medium text-ink">{status?.disclaimer ?? "Simulated; not investment advice."}</span>
      <SyntheticLabel synthetic={status?.data.synthetic} />
    </div>
  );
}
