"use client";

import dynamic from "next/dynamic";
import { Suspense, useState, type ComponentType } from "react";
import { DialogWords } from "./provider";

/** A dialog that is opened by hand, if at all: its code, and the words that only dialogs say, are loaded then, side by side. */
export function lazyDialog<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const Dialog = dynamic(load, { ssr: false });
  return function LazyDialog(props: P) {
    useState(() => void load());
    return (
      <Suspense>
        <DialogWords>
          <Dialog {...props} />
        </DialogWords>
      </Suspense>
    );
  };
}
