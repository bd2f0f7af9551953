"use client";

import type { Field } from "@/chain/decode";
import type { Known } from "@/chain/known";
import { readable } from "@/chain/readable";
import { Hash } from "@/ui/hash";
import { AddressLink } from "./links";

/** Named fields as a tree: the raw value, and beside it what it means. */
export function Fields({ fields, known }: { fields: readonly Field[]; known: Known }) {
  return (
    <ul className="divide-y divide-line border-t border-line text-xs">
      {fields.map((field, index) =>
        typeof field.value === "string" ? (
          <li key={`${field.name}-${index}`} className="grid grid-cols-[minmax(0,5fr)_minmax(0,7fr)] gap-x-3 py-1 sm:grid-cols-[minmax(6.5rem,11rem)_minmax(0,1fr)]">
            <span className="truncate text-ink-3" title={`${field.type} ${field.name}`}>
              {field.name} <span className="text-2xs max-sm:hidden">{field.type}</span>
            </span>
            <span className="flex min-w-0 flex-wrap items-center gap-x-3">
              <Raw field={field} known={known} />
              <Meaning field={field} known={known} />
            </span>
          </li>
        ) : (
          <li key={`${field.name}-${index}`}>
          <details open={field.value.length <= 24}>
            <summary className="min-h-6 py-1 text-ink-3">
              {field.name} <span className="text-2xs">{field.type === "tuple" ? "" : `${field.type.replace("tuple", "")} · ${field.value.length}`}</span>
            </summary>
            <div className="pl-3">
              <Fields fields={field.value} known={known} />
            </div>
          </details>
          </li>
        ),
      )}
    </ul>
  );
}

function Raw({ field, known }: { field: Field; known: Known }) {
  const value = String(field.value);
  if (field.type === "address") return <AddressLink address={value} known={known} />;
  if (value.startsWith("0x") && value.length > 20) return <Hash value={value} keep={5} />;
  return <span className="font-mono break-all">{value === "" ? "∅" : value}</span>;
}

function Meaning({ field, known }: { field: Field; known: Known }) {
  const meaning = field.type === "address" ? null : readable(field, known);
  return meaning === null ? null : <span className="num font-medium text-ink">{meaning}</span>;
}
