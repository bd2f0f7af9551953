import type { Metadata } from "next";
import { Suspense } from "react";
import { Loading } from "@/layout/loading";
import { Trades } from "./trades";

export const metadata: Metadata = { title: "Trades" };

export default function Page() {
  return (
    <Suspense fallback={<Loading />}>
      <Trades />
    </Suspense>
  );
}
