"use client";

import { PauseResume } from "@/features/engine";
import { Levers } from "@/features/levers";
import { Risk } from "@/features/risk";
import { Rules } from "@/features/rules";

export function RiskPage() {
  return <Risk gauges={<Rules />} pause={<PauseResume />} levers={<Levers />} />;
}
