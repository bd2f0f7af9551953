import type { Metadata } from "next";
import { Suspense } from "react";
import { Loading } from "@/layout/loading";
import { MonitorPage } from "./monitor";

export const metadata: Metadata = { title: "Monitor" };

export default function Page() {
  return (
    <Suspense fallback={<Loading />}>
      <MonitorPage />
    </Suspense>
  );
}
