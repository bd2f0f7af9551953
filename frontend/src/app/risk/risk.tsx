"use client";

import { PauseResume } from "@/features/engine";
import { Risk } from "@/features/risk";
import { Rules } from "@/features/rules";

export function RiskPage() {
  return <Risk gauges={<Rules />} levers={<PauseResume />} />;
}
