import type { Metadata } from "next";
import { Suspense } from "react";
import { Loading } from "@/layout/loading";
import { AddressPage } from "./address";

export const metadata: Metadata = { title: "Address" };

export default function Page() {
  return (
    <Suspense fallback={<Loading />}>
      <AddressPage />
    </Suspense>
  );
}
