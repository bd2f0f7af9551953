import type { Metadata } from "next";
import { Jobs } from "@/features/backtests/jobs";
import { Strategies } from "@/features/strategies";

export const metadata: Metadata = { title: "Strategies" };

export default function Page() {
  return <Strategies work={<Jobs />} />;
}
