import type { Metadata } from "next";
import { Suspense } from "react";
import { Loading } from "@/layout/loading";
import { Explorer } from "./explorer";

export const metadata: Metadata = { title: "Explorer" };

export default function Page() {
  return (
    <Suspense fallback={<Loading />}>
      <Explorer />
    </Suspense>
  );
}
