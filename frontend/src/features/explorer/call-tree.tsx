"use client";

import { useTranslations } from "use-intl";
import { decodeCall, decodeError } from "@/chain/decode";
import type { Known } from "@/chain/known";
import type { RawCall } from "@/chain/raw";
import { formatCount } from "@/lib/format";
import { Badge } from "@/ui/badge";
import { AddressLink } from "./links";

/** The calls inside a transaction, indented as they were made. */
export function CallTree({ call, known }: { call: RawCall; known: Known }) {
  return (
    <ol className="overflow-x-auto px-3 py-2 text-xs">
      <Node call={call} known={known} />
    </ol>
  );
}

const PRECOMPILES: Record<string, string> = { "1": "ecrecover", "2": "sha256", "4": "identity" };

function Node({ call, known }: { call: RawCall; known: Known }) {
  const t = useTranslations("explorer");
  const decoded = decodeCall(known, call.to, call.input);
  const precompile = call.to && /^0x0{39}/.test(call.to) ? PRECOMPILES[call.to.slice(-1)] : undefined;
  const error = call.error ? decodeError(known, call.output) : null;
  return (
    <li className="border-l border-line pl-2">
      <p className="flex flex-wrap items-center gap-x-2 py-0.5 whitespace-nowrap">
        <span className="text-2xs text-ink-3">{call.type}</span>
        {precompile ? <span className="text-ink-3">{precompile}</span> : <AddressLink address={call.to} known={known} />}
        <code className="font-mono font-medium">{decoded?.name ?? (call.input && call.input.length >= 10 && !precompile ? call.input.slice(0, 10) : "")}</code>
        {call.gasUsed ? <span className="num text-ink-3">{t("gasUsed", { gas: formatCount(Number(call.gasUsed)) })}</span> : null}
        {call.error ? (
          <Badge tone="down" title={call.revertReason}>
            {error?.name ?? call.error}
          </Badge>
        ) : null}
      </p>
      {call.calls && call.calls.length > 0 ? (
        <ol className="pl-2">
          {call.calls.map((each, index) => (
            <Node key={index} call={each} known={known} />
          ))}
        </ol>
      ) : null}
    </li>
  );
}
