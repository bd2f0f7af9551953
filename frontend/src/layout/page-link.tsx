import Link from "next/link";
import type { ComponentProps } from "react";

/** A way to a page. `whole`: by a load of its own, because that page's policy lets the browser speak to a node of the reader's. */
export function PageLink({ whole, ...rest }: ComponentProps<"a"> & { href: string; whole: boolean }) {
  return whole ? <a {...rest} /> : <Link prefetch={false} {...rest} />;
}
