"use client";

import { Tooltip } from "radix-ui";
import { useState, type ReactNode } from "react";

/** Around all formulas of a page: the second one opens without a wait. */
export const Formulas = ({ children }: { children: ReactNode }) => (
  <Tooltip.Provider delayDuration={150} skipDelayDuration={400}>
    {children}
  </Tooltip.Provider>
);

/** A name whose formula is read on hover, on keyboard focus and on a tap; Escape puts it away. */
export function Formula({ name, formula, note }: { name: string; formula: string; note?: string }) {
  const [open, setOpen] = useState(false);
  return (
    <Tooltip.Root open={open} onOpenChange={setOpen}>
      <Tooltip.Trigger
        type="button"
        // By itself Radix closes on a click, and a finger cannot hover: a tap has to open.
        onClick={(event) => {
          event.preventDefault();
          setOpen(true);
        }}
        className="label max-w-full cursor-help truncate rounded-[2px] text-left underline decoration-line-strong decoration-dotted underline-offset-[3px] hover:text-ink"
      >
        {name}
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          side="top"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          className="z-40 w-max max-w-[min(20rem,calc(100vw-1rem))] rounded-[3px] border border-line-strong bg-raised px-2.5 py-2 text-xs text-ink shadow-lg"
        >
          <p>{formula}</p>
          {note ? <p className="num mt-1 text-2xs text-ink-2">{note}</p> : null}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
