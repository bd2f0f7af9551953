"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { encodeFunctionData, type AbiFunction, type Hex } from "viem";
import { client } from "@/api/client";
import { useContracts } from "@/api/contracts";
import { getRecords } from "@/api/generated";
import { answerOf } from "@/api/problem";
import { decodeResult, type Field } from "@/chain/decode";
import { useKnown } from "@/chain/queries";
import { readable } from "@/chain/readable";
import { ask } from "@/chain/rpc";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import { useReady, useStatus } from "@/live/live";
import { Badge } from "@/ui/badge";
import { Hash } from "@/ui/hash";
import { Panel } from "@/ui/panel";
import { Answered, Empty, SkeletonRows } from "@/ui/states";
import { Table, Td, Th } from "@/ui/table";
import { Time } from "@/ui/time";
import { CEILINGS } from "@/verify/limits";
import { Rulebook } from "./rulebook";

const EVERY_MS = 10_000;

/** The answer of one of the book's own functions, asked again now and then. */
function useBook(name: "book" | "limits") {
  const known = useKnown();
  const book = known.contracts.find((each) => each.name === "RiskBook");
  return useQuery({
    queryKey: ["risk", name, book?.address],
    queryFn: async (): Promise<Field[]> => {
      const entry = book?.abi.find((each): each is AbiFunction => each.type === "function" && each.name === name);
      if (book === undefined || entry === undefined) throw new Error(`RiskBook.${name}`);
      const output = await ask<Hex>("eth_call", { to: book.address, data: encodeFunctionData({ abi: [entry], functionName: name }) }, "latest");
      const [first] = decodeResult(entry, output);
      return Array.isArray(first?.value) ? first.value : [];
    },
    enabled: book !== undefined,
    refetchInterval: EVERY_MS,
  });
}

/** What the contract allows, what it measures, its state, and who may change any of it. `pause`, `levers` and `gauges` are joined by the page. */
export function Risk({ gauges, levers, pause }: { gauges: ReactNode; levers: ReactNode; pause: ReactNode }) {
  const t = useTranslations("risk");
  return (
    <div className="flex flex-col gap-px bg-line pb-px">
      <h1 className="sr-only">{t("title")}</h1>
      <StatePanel pause={pause} />
      {levers}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-px xl:grid-cols-2">
        <Limits />
        {gauges}
      </div>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-px xl:grid-cols-2">
        <Changes />
        <Roles />
      </div>
      <Rulebook />
    </div>
  );
}

const FLAGS = ["state", "manual", "dayLatched", "drawdownLatched", "haltedAt"] as const;

/** Flags that hold a state; the others are true or false. */
const STATES: ReadonlySet<string> = new Set(["state", "manual"]);

function StatePanel({ pause }: { pause: ReactNode }) {
  const t = useTranslations("risk");
  const known = useKnown();
  const book = useBook("book");
  return (
    <Panel title={t("state")} note={t("stateNote")} actions={pause}>
      <Answered query={book} what={t("failed")} loading={<SkeletonRows rows={1} label={t("state")} />}>
        {(fields) => (
          <dl className="grid grid-cols-2 gap-x-4 gap-y-2 p-3 sm:grid-cols-5">
            {FLAGS.map((name) => {
              const field = fields.find((each) => each.name === name);
              const on = field?.value === "true" || (STATES.has(name) && field?.value !== "0");
              return (
                <div key={name} className="min-w-0">
                  <dt className="label">{t(`flags.${name}`)}</dt>
                  <dd className={cn("font-medium", on && "text-warn")}>
                    {field === undefined ? "—" : field.type === "bool" ? t(field.value === "true" ? "yes" : "no") : (readable(field, known) ?? "—")}
                  </dd>
                </div>
              );
            })}
          </dl>
        )}
      </Answered>
      <p className="px-3 pb-3 text-xs text-ink-2">{t("exitsGoOn")}</p>
    </Panel>
  );
}

function Limits() {
  const t = useTranslations("risk");
  const known = useKnown();
  const limits = useBook("limits");
  return (
    <Panel title={t("limits")} note={t("limitsNote")}>
      <Answered query={limits} what={t("failed")} loading={<SkeletonRows rows={12} label={t("limits")} />}>
        {(fields) => (
          <Table
            caption={t("limits")}
            head={
              <>
                <Th>{t("parameter")}</Th>
                <Th right>{t("inForce")}</Th>
                <Th right>{t("ceiling")}</Th>
              </>
            }
          >
            {fields.map((field) => {
              const ceiling = CEILINGS[field.name];
              return (
                <tr key={field.name} className="hover:bg-raised">
                  <Td>
                    {t.has(`parameters.${field.name}` as never) ? t(`parameters.${field.name}` as never) : field.name}
                    <span className="ml-2 font-mono text-2xs text-ink-3 max-sm:hidden">{field.name}</span>
                  </Td>
                  <Td right className="font-medium">
                    {readable(field, known) ?? formatCount(String(field.value))}
                  </Td>
                  <Td right className="text-xs text-ink-2">
                    {ceiling === undefined ? "—" : `${ceiling.direction} ${readable({ ...field, value: String(ceiling.value) }, known) ?? formatCount(ceiling.value)}`}
                  </Td>
                </tr>
              );
            })}
          </Table>
        )}
      </Answered>
      <p className="border-t border-line px-3 py-2 text-xs text-ink-2">{t("tighten")}</p>
    </Panel>
  );
}

const KINDS = ["limits", "state", "latch", "peak"] as const;

/** What was changed or latched, newest first: from the contract's own records. */
function Changes() {
  const t = useTranslations("risk");
  const changes = useQuery({
    queryKey: ["risk", "changes"],
    queryFn: async () => {
      const pages = await Promise.all(KINDS.map((kind) => answerOf(getRecords({ client, query: { kind, limit: 20 } }))));
      return pages.flatMap((page) => page.items).sort((a, b) => b.seq - a.seq);
    },
    enabled: useReady(),
    refetchInterval: EVERY_MS,
  });
  return (
    <Panel title={t("changes")} note={t("changesNote")}>
      <Answered query={changes} what={t("failed")} loading={<SkeletonRows rows={3} label={t("changes")} />}>
        {(records) =>
          records.length === 0 ? (
            <Empty why={t("noChanges")} />
          ) : (
            <ol className="divide-y divide-line">
              {records.map((record) => (
                <li key={record.seq} className="px-3 py-2">
                  <details>
                    <summary className="min-h-6">
                      <Badge tone={record.kind === "latch" ? "warn" : "plain"}>{record.kind}</Badge> <span className="num text-xs">#{record.seq}</span>{" "}
                      <span className="num text-xs text-ink-3">{record.time?.startsWith("1970") ? t("opening") : <Time iso={record.time} />}</span>
                    </summary>
                    <p className="mt-1 text-xs break-words text-ink-2">{String(record.data.limits ?? JSON.stringify(record.data))}</p>
                    {record.tx ? (
                      <Link prefetch={false} href={`/tx?hash=${record.tx}`} className="text-xs underline underline-offset-2">
                        {t("transaction")}
                      </Link>
                    ) : null}
                  </details>
                </li>
              ))}
            </ol>
          )
        }
      </Answered>
    </Panel>
  );
}

function Roles() {
  const t = useTranslations("risk");
  const contracts = useContracts(useReady());
  const simulated = useStatus((status) => status.book_class) === "SIMULATED";
  return (
    <Panel title={t("roles")} note={simulated ? t("demoKeys") : t("rolesNote")}>
      <Answered query={contracts} what={t("failed")} loading={<SkeletonRows rows={4} label={t("roles")} />}>
        {({ roles }) => (
          <Table
            caption={t("roles")}
            head={
              <>
                <Th>{t("role")}</Th>
                <Th>{t("may")}</Th>
                <Th>{t("who")}</Th>
              </>
            }
          >
            {roles.map((each) => (
              <tr key={each.role}>
                <Td className="font-medium">{each.role}</Td>
                <Td className="text-xs text-ink-2">{t.has(`mays.${each.role}` as never) ? t(`mays.${each.role}` as never) : "—"}</Td>
                <Td>
                  {each.addresses.map((address) => (
                    <span key={address} className="flex items-center gap-2">
                      <Hash value={address} />
                      <Link prefetch={false} href={`/address?a=${address}`} className="text-xs underline underline-offset-2">
                        {t("open")}
                      </Link>
                    </span>
                  ))}
                </Td>
              </tr>
            ))}
          </Table>
        )}
      </Answered>
    </Panel>
  );
}
