import type { Metadata } from "next";
import { Suspense } from "react";
import { Loading } from "@/layout/loading";
import { VerifyPage } from "./verify";

export const metadata: Metadata = { title: "Verify" };

export default function Page() {
  return (
    <Suspense fallback={<Loading />}>
      <VerifyPage />
    </Suspense>
  );
}
