"use client";

import type { Latency } from "@/api/analytics";
import { formatCount } from "@/lib/format";
import { Panel } from "@/ui/panel";
import { SkeletonRows } from "@/ui/states";
import { Table, Td, Th } from "@/ui/table";
import { formatMs } from "./figures";
import { Formula } from "./formula";

/** How long each step takes: half of all are faster than p50, one in a hundred is slower than p99. */
export function Latencies({ latencies }: { latencies: readonly Latency[] | undefined }) {
  return (
    <Panel title="Latencies" note="on the wall clock, by step">
      {latencies === undefined ? (
        <SkeletonRows rows={8} label="latencies" />
      ) : (
        <Table
          caption="Latencies"
          head={
            <>
              <Th>Step</Th>
              <Th right>p50</Th>
              <Th right>p99</Th>
              <Th right className="max-sm:hidden">
                Count
              </Th>
            </>
          }
        >
          {latencies.map((step) => (
            <tr key={step.id} className="hover:bg-raised">
              <Td className="max-w-[170px]">
                <Formula name={step.title} formula={step.formula} note={`${formatCount(step.observations)} measured`} />
              </Td>
              {step.enough ? (
                <>
                  <Td right>{formatMs(step.p50_ms)}</Td>
                  <Td right>{formatMs(step.p99_ms)}</Td>
                </>
              ) : (
                <Td right className="text-ink-3" colSpan={2}>
                  not enough data
                </Td>
              )}
              <Td right className="text-ink-3 max-sm:hidden">{formatCount(step.observations)}</Td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}
