import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/lib/cn";

interface TableProps {
  caption: string;
  head: ReactNode;
  children: ReactNode;
  /** On a phone each row becomes a small card (see `StackedRow`), which needs no headings. */
  stacked?: boolean;
}

/** A dense table that scrolls inside its own box, never the page. */
export function Table({ caption, head, children, stacked = false }: TableProps) {
  return (
    <div className="relative overflow-x-auto" tabIndex={0} role="region" aria-label={caption}>
      <table className={cn("w-full border-collapse text-left", stacked && "max-sm:block")}>
        <caption className="sr-only">{caption}</caption>
        <thead className={stacked ? "max-sm:sr-only" : undefined}>
          <tr className="border-b border-line">{head}</tr>
        </thead>
        <tbody className={cn("divide-y divide-line", stacked && "max-sm:block")}>{children}</tbody>
      </table>
    </div>
  );
}

export function Th({ right, className, ...rest }: ComponentProps<"th"> & { right?: boolean }) {
  return <th scope="col" {...rest} className={cn("label h-7 px-3 whitespace-nowrap", right && "text-right", className)} />;
}

export function StackedRow({ children }: { children: ReactNode }) {
  return (
    <tr className="hover:bg-raised max-sm:flex max-sm:flex-wrap max-sm:items-center max-sm:gap-x-3 max-sm:gap-y-1.5 max-sm:px-3 max-sm:py-2 max-sm:[&>td]:h-auto max-sm:[&>td]:p-0">
      {children}
    </tr>
  );
}

export function Td({ right, className, ...rest }: ComponentProps<"td"> & { right?: boolean }) {
  return <td {...rest} className={cn("h-9 px-3 py-1 align-middle", right && "num text-right", className)} />;
}
