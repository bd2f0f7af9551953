import type { Metadata } from "next";
import { Suspense } from "react";
import { SkeletonRows } from "@/ui/states";
import { Trades } from "./trades";

export const metadata: Metadata = { title: "Trades" };

export default function Page() {
  return (
    <Suspense fallback={<SkeletonRows rows={14} label="trades" />}>
      <Trades />
    </Suspense>
  );
}
