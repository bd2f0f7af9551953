"use client";

import { Component, lazy, Suspense, useState, type ComponentType, type ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/ui/button";
import { DialogWords, forgetFailed } from "./provider";

/** A dialog that is opened by hand, if at all: its code, and the words that only dialogs say, are loaded then, side by side. */
export function lazyDialog<P extends { onClose: () => void }>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  return function LazyDialog(props: P) {
    // Of its own for each opening, so that what did not come once is asked for again.
    const [Dialog] = useState(() => {
      const coming = load();
      // Told below, where it is drawn.
      coming.catch(() => undefined);
      return lazy(() => coming.then((component) => ({ default: component })));
    });
    return (
      <Opened otherwise={<DidNotCome onClose={props.onClose} />}>
        <Suspense>
          <DialogWords>
            <Dialog {...props} />
          </DialogWords>
        </Suspense>
      </Opened>
    );
  };
}

/** What could not be loaded must not take the page away. */
class Opened extends Component<{ otherwise: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch() {
    forgetFailed();
  }

  override render() {
    return this.state.failed ? this.props.otherwise : this.props.children;
  }
}

function DidNotCome({ onClose }: { onClose: () => void }) {
  const t = useTranslations("states");
  return (
    <div role="alert" className="fixed inset-x-3 top-14 z-50 mx-auto flex max-w-md items-center gap-3 border border-line bg-down-wash px-3 py-2 text-xs">
      <p className="flex-1">{t("notOpened")}</p>
      <Button size="small" onClick={onClose}>
        {t("close")}
      </Button>
    </div>
  );
}
