import type { Metadata } from "next";
import { Suspense } from "react";
import { Loading } from "@/layout/loading";
import { BacktestsPage } from "./backtests";

export const metadata: Metadata = { title: "Back-tests" };

export default function Page() {
  return (
    <Suspense fallback={<Loading />}>
      <BacktestsPage />
    </Suspense>
  );
}
