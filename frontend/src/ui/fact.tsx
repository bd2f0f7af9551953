import type { ReactNode } from "react";

/** One named number of a `<dl>`. */
export function Fact({ name, title, children }: { name: string; title?: string; children: ReactNode }) {
  return (
    <div className="min-w-0" title={title}>
      <dt className="label truncate max-sm:whitespace-normal">{name}</dt>
      <dd className="num truncate font-medium max-sm:whitespace-normal">{children}</dd>
    </div>
  );
}
