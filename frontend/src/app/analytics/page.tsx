import type { Metadata } from "next";
import { Results } from "@/features/analytics";

export const metadata: Metadata = { title: "Analytics" };

export default function Page() {
  return <Results />;
}
