"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Governance } from "@/api/governance";
import { formatAge, formatBps, formatCount, formatMoney, formatTime, shortHash } from "@/lib/format";
import { quoteOf } from "@/lib/market";
import { useDashboard } from "@/live/live";
import { useChangeBlock } from "@/live/trading-block";
import { Button } from "@/ui/button";
import { Field, Input, Segmented, Select } from "@/ui/fields";
import { Confirm, ReasonForm } from "./confirm";
import { HaltDialog } from "./halt-dialog";
import { useOpenSignals } from "./open-signals";
import { PullFrame, type Hand, type Order } from "./pull-frame";

export type LeverName = "limits" | "stop" | "halt" | "resume" | "money" | "freeze" | "signal" | "trader" | "signers";

/** One lever: what it does, what it needs, and what the contract said. */
export function LeverDialog({ lever, known, onClose }: { lever: LeverName; known: Governance; onClose: () => void }) {
  const t = useTranslations("levers");
  if (lever === "halt") return <HaltDialog onClose={onClose} />;
  return (
    <PullFrame title={t(`names.${lever}`)} description={t(`hints.${lever}`)} onClose={onClose}>
      {(hand) => <Form lever={lever} known={known} {...hand} />}
    </PullFrame>
  );
}

interface FormProps extends Hand {
  known: Governance;
}

function Form({ lever, ...rest }: FormProps & { lever: Exclude<LeverName, "halt"> }) {
  const t = useTranslations("levers");
  const words = useTranslations("pull");
  switch (lever) {
    case "limits":
      return <LimitsForm {...rest} />;
    case "stop":
      return <ReasonForm {...rest} tone="solid" order={(reason) => ({ lever: "stop", reason })} />;
    case "resume":
      return <ReasonForm {...rest} tone="solid" order={(reason) => ({ lever: "submit", change: { change: "RESUME", reason } })} />;
    case "money":
      return <MoneyForm {...rest} />;
    case "freeze":
      return <Confirm {...rest} tone="danger" order={{ lever: "freeze" }} text={words("confirm")} />;
    case "signal":
      return <SignalForm {...rest} />;
    case "trader":
      return <Confirm {...rest} tone="solid" order={{ lever: "submit", change: { change: "TRADER" } }} text={t("submit")} />;
    case "signers":
      return <SignersForm {...rest} />;
  }
}

type LimitName = Extract<keyof Governance["limits"], string>;

function LimitsForm({ known, busy, use }: FormProps) {
  const t = useTranslations("levers");
  const block = useChangeBlock();
  const names = Object.keys(known.limits) as LimitName[];
  const [name, setName] = useState<LimitName>("max_position_bps");
  const [value, setValue] = useState("");
  const blocked = block ?? (/^\d{1,9}$/.test(value) ? null : t("wholeNumber"));
  const limits = { [name]: Number(value) };
  const told = t("inForce", { value: worded(name, known.limits[name] ?? 0), raw: String(known.limits[name] ?? 0) });
  return (
    <>
      <Field label={t("parameter")}>
        <Select value={name} onChange={(event) => setName(event.target.value as LimitName)}>
          {names.map((each) => (
            <option key={each} value={each}>
              {t(`parameters.${each}` as never)}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t(`value.${unitOf(name)}`)} hint={/^\d{1,9}$/.test(value) ? `${told} · ${t("youWrite", { value: worded(name, Number(value)) })}` : told}>
        <Input value={value} inputMode="numeric" onChange={(event) => setValue(event.target.value.trim())} />
      </Field>
      <div className="flex flex-wrap gap-2">
        <Button tone="solid" busy={busy} blocked={blocked} onClick={() => use({ lever: "tighten", limits })}>
          {t("tighten")}
        </Button>
        <Button busy={busy} blocked={blocked} onClick={() => use({ lever: "submit", change: { change: "LIMITS", limits } })}>
          {t("loosen", { delay: formatAge(known.limits.delay_seconds) })}
        </Button>
      </div>
      {blocked ? (
        <p aria-hidden className="text-2xs text-ink-3">
          {blocked}
        </p>
      ) : null}
    </>
  );
}

function unitOf(name: string): "bps" | "seconds" | "count" {
  return name.endsWith("_bps") ? "bps" : name.endsWith("_seconds") ? "seconds" : "count";
}

const WORDED = { bps: formatBps, seconds: formatAge, count: formatCount } as const;

function worded(name: string, value: number): string {
  return WORDED[unitOf(name)](value);
}

function MoneyForm({ known, ...rest }: FormProps) {
  const t = useTranslations("levers");
  const words = useTranslations("pull");
  const [way, setWay] = useState<"in" | "out">("in");
  const [amount, setAmount] = useState("");
  const unit = quoteOf(useDashboard("status")?.data.markets[0]);
  const blocked = /^\d{1,12}(\.\d{1,8})?$/.test(amount) && Number(amount) > 0 ? null : t("anAmount");
  return (
    <Confirm {...rest} tone="solid" text={words("confirm")} blocked={blocked} order={{ lever: "flow", amount: way === "in" ? amount : `-${amount}` }}>
      <Segmented
        label={t("way")}
        value={way}
        options={[
          { value: "in", text: t("deposit") },
          { value: "out", text: t("withdraw") },
        ]}
        onChange={setWay}
      />
      <Field label={t("amount", { unit })} hint={t("freeCash", { amount: formatMoney(known.free_cash), unit })}>
        <Input value={amount} inputMode="decimal" onChange={(event) => setAmount(event.target.value.trim())} />
      </Field>
    </Confirm>
  );
}

/** Takes back a commitment that the contract has not judged yet. */
function SignalForm(props: FormProps) {
  const t = useTranslations("levers");
  const open = useOpenSignals();
  const [chosen, setChosen] = useState("");
  const digest = chosen || (open[0]?.digest ?? "");
  return (
    <Confirm {...props} tone="danger" order={{ lever: "revokeSignal", digest }} text={t("revokeSignal")} blocked={digest === "" ? t("noOpenSignal") : null}>
      <Field label={t("openSignal")} hint={t("openSignalHint")}>
        <Select value={digest} onChange={(event) => setChosen(event.target.value)}>
          {open.map((cycle) => (
            <option key={cycle.id} value={cycle.digest ?? ""}>
              {`${cycle.side} ${cycle.market} ${formatTime(cycle.candle_close, "minutes")} ${shortHash(cycle.digest)}`}
            </option>
          ))}
        </Select>
      </Field>
    </Confirm>
  );
}

function SignersForm({ known, ...rest }: FormProps) {
  const t = useTranslations("levers");
  const [fresh, setFresh] = useState("1");
  const [quorum, setQuorum] = useState("1");
  const order: Order = { lever: "submit", change: { change: "SIGNERS", signers: [], fresh_signers: Number(fresh), quorum: Number(quorum) } };
  const blocked = Number(quorum) > Number(fresh) ? t("quorumTooLarge") : null;
  return (
    <Confirm {...rest} tone="solid" text={t("submit")} order={order} blocked={blocked}>
      <p className="text-xs text-ink-2">{t("signersNow", { quorum: String(known.quorum), signers: String(known.signers.length), epoch: String(known.epoch) })}</p>
      <div className="grid grid-cols-2 gap-3">
        <Field label={t("freshKeys")}>
          <Select value={fresh} onChange={(event) => setFresh(event.target.value)}>
            {["1", "2", "3", "5"].map((each) => (
              <option key={each}>{each}</option>
            ))}
          </Select>
        </Field>
        <Field label={t("quorum")}>
          <Select value={quorum} onChange={(event) => setQuorum(event.target.value)}>
            {["1", "2", "3"].map((each) => (
              <option key={each}>{each}</option>
            ))}
          </Select>
        </Field>
      </div>
    </Confirm>
  );
}
