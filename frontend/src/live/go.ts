"use client";

import { useRouter } from "next/navigation";
import { useLive } from "./live";

/** Go to a page of ours; while the line is lost as a click on a link would, which is held where that page does not come. */
export function useGo(): (href: string) => void {
  const router = useRouter();
  const open = useLive((live) => live.link.link === "open");
  return (href) => (open ? router.push(href) : click(href));
}

function click(href: string): void {
  const link = document.body.appendChild(document.createElement("a"));
  link.href = href;
  link.click();
  link.remove();
}
