"use client";

import { useState, type ReactNode } from "react";
import { useTranslations } from "use-intl";
import { usePull, type Pull } from "@/api/governance";
import { freshKey } from "@/lib/key";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Hash } from "@/ui/hash";
import { Failure } from "@/ui/states";
import { howItFailed } from "./how-it-failed";

/** A lever's order, before it has its key. */
export type Order = Pull extends infer P ? (P extends { key: string } ? Omit<P, "key"> : never) : never;

/** What a lever's form needs to use it. */
export interface Hand {
  busy: boolean;
  use: (order: Order) => void;
}

/** The dialog around one lever: its form, what the contract said to the last try, and the block in which it was done. */
export function PullFrame({ title, description, onClose, children }: { title: string; description: string; onClose: () => void; children: (hand: Hand) => ReactNode }) {
  const t = useTranslations("pull");
  const pull = usePull();
  const [last, setLast] = useState<Pull | null>(null);
  // Another try is another order, for the no to the last one stands; but what may have been done is asked for again under its own key.
  const use = (order: Order) => {
    const again = last !== null && howItFailed(pull.error) === "unknown" && JSON.stringify({ ...order, key: last.key }) === JSON.stringify(last);
    const next = { ...order, key: again ? last.key : freshKey() } as Pull;
    setLast(next);
    pull.mutate(next);
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} description={description}>
      {pull.data ? (
        <div className="flex flex-col gap-3">
          <p>{t(pull.data.change_id ? "submitted" : "done", { block: String(pull.data.block) })}</p>
          <Hash value={pull.data.transaction_hash} />
          <Button onClick={onClose}>{t("close")}</Button>
        </div>
      ) : (
        <div className="flex flex-col gap-3">
          {pull.error ? <Failure what={t(howItFailed(pull.error))} error={pull.error} /> : null}
          {children({ busy: pull.isPending, use })}
        </div>
      )}
    </Dialog>
  );
}
