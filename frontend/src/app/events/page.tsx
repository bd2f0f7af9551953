import type { Metadata } from "next";
import { Suspense } from "react";
import { Loading } from "@/layout/loading";
import { EventsPage } from "./events";

export const metadata: Metadata = { title: "Events" };

export default function Page() {
  return (
    <Suspense fallback={<Loading />}>
      <EventsPage />
    </Suspense>
  );
}
