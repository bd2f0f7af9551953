"use client";

import { useTranslations } from "use-intl";
import { ReasonForm } from "./confirm";
import { PullFrame } from "./pull-frame";

const TYPED = "HALT";

/** The emergency stop's dialog, here and on the page of the levers: a reason, and a word that has to be typed. */
export function HaltDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("halt");
  return (
    <PullFrame title={t("halt")} description={t("hint")} onClose={onClose}>
      {(hand) => <ReasonForm {...hand} tone="danger" typed={TYPED} order={(reason) => ({ lever: "halt", reason })} />}
    </PullFrame>
  );
}
