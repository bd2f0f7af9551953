"use client";

import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useState, type ReactNode } from "react";
import { useTranslations } from "use-intl";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
}

/** A modal question or answer, mounted while it is open: focus stays inside, Escape closes, focus returns to where it was. */
export function Dialog({ open, onOpenChange, title, description, children }: DialogProps) {
  const t = useTranslations("ui");
  // Our dialogs are opened by state, not by a Radix trigger, so Radix does not know where the focus came from.
  const [opener] = useState(() => document.activeElement);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/55" />
        <Radix.Content
          aria-describedby={description ? undefined : ""}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (opener instanceof HTMLElement) opener.focus();
          }}
          className="fixed top-[max(3vh,min(12vh,96px))] left-1/2 z-50 flex max-h-[88vh] w-[min(30rem,calc(100vw-1.5rem))] -translate-x-1/2 flex-col overflow-hidden rounded-[4px] border border-line-strong bg-surface shadow-2xl outline-none"
        >
          <header className="flex items-start gap-3 border-b border-line px-4 py-3">
            <div className="min-w-0">
              <Radix.Title className="text-[0.9375rem] font-semibold">{title}</Radix.Title>
              {description ? <Radix.Description className="text-xs text-ink-2">{description}</Radix.Description> : null}
            </div>
            <Radix.Close className="ml-auto rounded-[2px] p-1 text-ink-3 hover:bg-raised hover:text-ink" aria-label={t("close")}>
              <X aria-hidden className="size-4" />
            </Radix.Close>
          </header>
          <div className="overflow-y-auto px-4 py-3">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
