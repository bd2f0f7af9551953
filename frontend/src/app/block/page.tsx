import type { Metadata } from "next";
import { Suspense } from "react";
import { Loading } from "@/layout/loading";
import { BlockPage } from "./block";

export const metadata: Metadata = { title: "Block" };

export default function Page() {
  return (
    <Suspense fallback={<Loading />}>
      <BlockPage />
    </Suspense>
  );
}
