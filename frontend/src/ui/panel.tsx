import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

interface PanelProps {
  id?: string;
  title: string;
  /** One line on what the numbers mean, where the title alone does not say it. */
  note?: ReactNode;
  actions?: ReactNode;
  className?: string;
  bodyClassName?: string;
  children: ReactNode;
}

/** One subject of the page: a heading, what belongs beside it, and its body. */
export function Panel({ id, title, note, actions, className, bodyClassName, children }: PanelProps) {
  return (
    <section id={id} aria-label={title} className={cn("flex min-w-0 flex-col bg-surface", className)}>
      <header className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-1.5">
        <h2 className="text-[0.8125rem] font-semibold tracking-[-0.005em]">{title}</h2>
        {note ? <p className="text-2xs min-w-0 text-ink-3">{note}</p> : null}
        {/* As high as a button: one that comes later moves nothing. */}
        {actions ? <div className="ml-auto flex min-h-6 flex-wrap items-center gap-1.5">{actions}</div> : null}
      </header>
      <div className={cn("relative min-w-0 flex-1", bodyClassName)}>{children}</div>
    </section>
  );
}
