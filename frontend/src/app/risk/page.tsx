import type { Metadata } from "next";
import { Suspense } from "react";
import { Loading } from "@/layout/loading";
import { RiskPage } from "./risk";

export const metadata: Metadata = { title: "Risk" };

export default function Page() {
  return (
    <Suspense fallback={<Loading />}>
      <RiskPage />
    </Suspense>
  );
}
