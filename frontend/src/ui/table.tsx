import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/lib/cn";

/** A dense table that scrolls inside its own box, never the page. */
export function Table({ caption, head, children, className }: { caption: string; head: ReactNode; children: ReactNode; className?: string }) {
  return (
    <div className="relative overflow-x-auto" tabIndex={0} role="region" aria-label={caption}>
      <table className={cn("w-full border-collapse text-left", className)}>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line">{head}</tr>
        </thead>
        <tbody className="divide-y divide-line">{children}</tbody>
      </table>
    </div>
  );
}

export function Th({ right, className, ...rest }: ComponentProps<"th"> & { right?: boolean }) {
  return <th scope="col" {...rest} className={cn("label h-7 px-3 whitespace-nowrap", right && "text-right", className)} />;
}

export function Td({ right, className, ...rest }: ComponentProps<"td"> & { right?: boolean }) {
  return <td {...rest} className={cn("h-9 px-3 py-1 align-middle", right && "num text-right", className)} />;
}
