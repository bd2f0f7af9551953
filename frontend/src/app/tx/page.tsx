import type { Metadata } from "next";
import { Suspense } from "react";
import { Loading } from "@/layout/loading";
import { TransactionPage } from "./tx";

export const metadata: Metadata = { title: "Transaction" };

export default function Page() {
  return (
    <Suspense fallback={<Loading />}>
      <TransactionPage />
    </Suspense>
  );
}
