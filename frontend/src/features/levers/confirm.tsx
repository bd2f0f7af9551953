"use client";

import { useState, type ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useChangeBlock } from "@/live/trading-block";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/fields";
import type { Hand, Order } from "./pull-frame";

/** Kept on the chain, so the same words in every language. */
const BY_HAND = "by hand";

interface ConfirmProps extends Hand {
  order: Order;
  tone: "solid" | "danger";
  text: string;
  blocked?: string | null;
  children?: ReactNode;
}

/** A form's fields and the one button that uses the lever. */
export function Confirm({ busy, use, order, tone, text, blocked, children }: ConfirmProps) {
  const block = useChangeBlock();
  return (
    <>
      {children}
      <Button tone={tone} busy={busy} blocked={block ?? blocked} reason="below" onClick={() => use(order)}>
        {text}
      </Button>
    </>
  );
}

interface ReasonFormProps extends Hand {
  order: (reason: string) => Order;
  tone: "solid" | "danger";
  /** The word that has to be typed first. */
  typed?: string;
}

/** A lever that asks for nothing but a reason. */
export function ReasonForm({ order, typed, tone, ...hand }: ReasonFormProps) {
  const t = useTranslations("pull");
  const [reason, setReason] = useState("");
  const [word, setWord] = useState("");
  const blocked = typed !== undefined && word !== typed ? t("typeIt", { word: typed }) : null;
  return (
    <Confirm {...hand} tone={tone} order={order(reason || BY_HAND)} text={t("confirm")} blocked={blocked}>
      <Field label={t("reason")} hint={t("reasonHint")}>
        <Input value={reason} maxLength={32} placeholder={BY_HAND} onChange={(event) => setReason(event.target.value.replace(/[^ -~]/g, ""))} />
      </Field>
      {typed ? (
        <Field label={t("typeIt", { word: typed })}>
          <Input value={word} autoComplete="off" onChange={(event) => setWord(event.target.value)} />
        </Field>
      ) : null}
    </Confirm>
  );
}
