"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { useGovernance, usePull, type Governance, type WaitingChange } from "@/api/governance";
import { formatAge, formatBps, formatCount, shortHash } from "@/lib/format";
import { freshKey } from "@/lib/key";
import { useReady } from "@/live/live";
import { useChangeBlock } from "@/live/trading-block";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Panel } from "@/ui/panel";
import { Answered, Empty, Failure, SkeletonRows } from "@/ui/states";
import { Table, Td, Th } from "@/ui/table";
import { Time } from "@/ui/time";
import { howItFailed } from "./how-it-failed";
import { LeverDialog } from "./lazy-dialog";
import type { LeverName } from "./lever-dialog";
import { useOpenSignals } from "./open-signals";

/** What guardian and governor may do, and every change that waits: propose, wait, accept. */
export function Levers() {
  const t = useTranslations("levers");
  const words = useTranslations("changes");
  const ready = useReady();
  const governance = useGovernance(ready);
  const [open, setOpen] = useState<LeverName | null>(null);
  return (
    <Panel title={t("title")} note={governance.data?.simulated ? words("ceremony") : words("note")}>
      <Answered query={governance} what={t("failed")} loading={<SkeletonRows rows={3} label={t("title")} />}>
        {(known) => (
          <>
            <Buttons known={known} onOpen={setOpen} />
            <Waiting known={known} />
            {open ? <LeverDialog lever={open} known={known} onClose={() => setOpen(null)} /> : null}
          </>
        )}
      </Answered>
    </Panel>
  );
}

function Buttons({ known, onOpen }: { known: Governance; onOpen: (lever: LeverName) => void }) {
  const t = useTranslations("levers");
  const words = useTranslations("changes");
  const block = useChangeBlock();
  const openSignals = useOpenSignals();
  const stopped = known.state !== "ACTIVE";
  const resumable = known.manual !== "ACTIVE" || known.drawdown_latched;
  const waits = known.waiting.some((change) => change.change === "RESUME" && change.status !== "SUPERSEDED");
  const reasons: Record<LeverName, string | null> = {
    limits: held(known.guardian) ? null : words("noKey", { role: "guardian" }),
    stop: known.manual === "HALTED" ? words("haltedAlready") : known.manual === "REDUCING" ? words("stoppedAlready") : null,
    halt: known.manual === "HALTED" ? words("haltedAlready") : held(known.governor) ? null : words("noKey", { role: "governor" }),
    resume: waits ? words("waitsAlready") : resumable ? null : stopped ? words("endsWithTheDay") : words("nothingStopped"),
    money: held(known.governor) ? null : words("noKey", { role: "governor" }),
    freeze: known.trader ? null : words("frozenAlready"),
    signal: held(known.guardian) ? (openSignals.length > 0 ? null : t("noOpenSignal")) : words("noKey", { role: "guardian" }),
    trader: held(known.governor) ? null : words("noKey", { role: "governor" }),
    signers: held(known.governor) ? null : words("noKey", { role: "governor" }),
  };
  const names = Object.keys(reasons) as LeverName[];
  return (
    <div className="flex flex-wrap gap-2 p-3">
      {names.map((name) => (
        <Button key={name} size="small" tone={name === "halt" ? "danger" : "quiet"} blocked={block ?? reasons[name]} title={t(`hints.${name}`)} onClick={() => onOpen(name)}>
          {t(`names.${name}`)}
        </Button>
      ))}
    </div>
  );
}

function held(key: { held: boolean }): boolean {
  return key.held;
}

function Waiting({ known }: { known: Governance }) {
  const said = useTranslations("pull");
  const words = useTranslations("changes");
  const pull = usePull();
  if (known.waiting.length === 0) return <Empty why={words("nothingWaits")} next={words("howItWaits", { delay: formatAge(known.limits.delay_seconds) })} />;
  return (
    <>
      {pull.error ? <Failure what={said(howItFailed(pull.error))} error={pull.error} className="mx-3 mb-2" /> : null}
      <Table
        caption={words("waiting")}
        head={
          <>
            <Th>{words("change")}</Th>
            <Th>{words("would")}</Th>
            <Th>{words("from")}</Th>
            <Th right>{words("left")}</Th>
            <Th>
              <span className="sr-only">{words("actions")}</span>
            </Th>
          </>
        }
      >
        {known.waiting.map((change) => (
          <Row key={change.id} change={change} busy={pull.isPending} onPull={(lever) => pull.mutate({ lever, id: change.id, key: freshKey() })} />
        ))}
      </Table>
    </>
  );
}

function Row({ change, busy, onPull }: { change: WaitingChange; busy: boolean; onPull: (lever: "accept" | "revoke") => void }) {
  const t = useTranslations("levers");
  const words = useTranslations("changes");
  const block = useChangeBlock();
  const notYet = change.status === "READY" ? null : words(`status.${change.status}` as never);
  return (
    <tr>
      <Td className="font-medium">
        {words.has(`changes.${change.change}` as never) ? words(`changes.${change.change}` as never) : change.change}{" "}
        <Badge tone={change.status === "READY" ? "plain" : "warn"}>{words(`status.${change.status}` as never)}</Badge>
      </Td>
      <Td className="text-xs text-ink-2">
        {change.differences.map((part) => (
          <span key={part.name} className="num block">
            {t.has(`parameters.${part.name}` as never) ? t(`parameters.${part.name}` as never) : part.name}: {told(part.name, part.now)} → {told(part.name, part.then)}
          </span>
        ))}
      </Td>
      <Td className="text-xs">
        <Time iso={change.block_time_from} precision="minutes" />
      </Td>
      <Td right className="text-xs">{change.status === "WAITING" ? formatAge(change.left_s) : "—"}</Td>
      <Td>
        <span className="flex justify-end gap-1.5">
          <Button size="small" tone="solid" blocked={block ?? notYet} busy={busy} onClick={() => onPull("accept")}>
            {words("accept")}
          </Button>
          <Button size="small" blocked={block} busy={busy} onClick={() => onPull("revoke")}>
            {words("revoke")}
          </Button>
        </span>
      </Td>
    </tr>
  );
}

/** A value of a parameter, an address or a state, short enough for a table. */
export function told(name: string, value: string): string {
  if (name.endsWith("_bps")) return formatBps(value);
  if (name.endsWith("_seconds")) return formatAge(Number(value));
  if (value.startsWith("0x")) return value.split(", ").map((address) => shortHash(address)).join(", ");
  return /^\d+$/.test(value) ? formatCount(value) : value;
}
