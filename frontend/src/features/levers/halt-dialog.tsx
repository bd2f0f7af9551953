"use client";

import { useTranslations } from "use-intl";
import { useGovernance } from "@/api/governance";
import { useReady } from "@/live/live";
import { Dialog } from "@/ui/dialog";
import { Answered, SkeletonRows } from "@/ui/states";
import { LeverDialog } from "./lever-dialog";

const HALT = "halt";

/** The same dialog as on the page of the levers, once the contract's limits and roles are known. */
export function HaltDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("levers");
  const governance = useGovernance(useReady());
  if (governance.data) return <LeverDialog lever={HALT} known={governance.data} onClose={onClose} />;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("names.halt")} description={t("hints.halt")}>
      <Answered query={governance} what={t("failed")} loading={<SkeletonRows rows={2} label={t("title")} />}>
        {() => null}
      </Answered>
    </Dialog>
  );
}
