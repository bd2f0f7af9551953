"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { RawTransaction } from "@/chain/raw";
import { formatCount } from "@/lib/format";
import { Panel } from "@/ui/panel";
import { Answered, SkeletonRows } from "@/ui/states";
import { FORMAT, type Evidence } from "@/verify/bundle";
import * as chain from "@/verify/chain-checks";
import type { Check } from "@/verify/check";
import { CheckList, Conclusion } from "./check-list";
import { headersFrom, wholeBlock } from "./gather";
import { presentHead } from "./history";
import { nodeOf, trustedOf, type Trust } from "./settings";

export type Place = { block: number } | { tx: string };

/** That a block, or a transaction's block, is the one that leads to a block the reader trusts. */
export function BlockProof({ place, trust }: { place: Place; trust: Trust }) {
  const t = useTranslations("verify");
  const name = "block" in place ? formatCount(place.block) : place.tx;
  const proof = useQuery({ queryKey: ["block-proof", place, trust], queryFn: () => prove(place, trust), retry: false, staleTime: 60_000 });
  return (
    <Panel title={"block" in place ? t("proofOfBlock", { block: name }) : t("proofOfTransaction")} note={"tx" in place ? <span className="font-mono break-all">{name}</span> : null}>
      <Answered query={proof} what={t("couldNotGather")} loading={<SkeletonRows rows={5} label={t("title")} />}>
        {(checks) => (
          <>
            <div className="p-3">
              <Conclusion checks={checks} />
            </div>
            <CheckList checks={checks} />
          </>
        )}
      </Answered>
    </Panel>
  );
}

async function prove(place: Place, trust: Trust): Promise<Check[]> {
  const node = nodeOf(trust);
  const number = "block" in place ? place.block : Number((await node<RawTransaction | null>("eth_getTransactionByHash", place.tx))?.blockNumber ?? NaN);
  if (Number.isNaN(number)) throw new Error("The node knows no such transaction in a block.");
  const block = await wholeBlock(node, number);
  const headers = await headersFrom(node, [number], null, () => undefined);
  const present = await presentHead().catch(() => null);
  const id = String(BigInt(await node<string>("eth_chainId")));
  const evidence = { format: FORMAT, claim: { id: "", records: [] }, chain: { id, genesis: present?.genesis_hash ?? null, code: [] }, blocks: [block], headers, log: [] } as unknown as Evidence;
  const trusted = trustedOf(trust, present?.genesis_hash ?? null, headers.at(-1)?.hash ?? null);
  return [await chain.chainId(evidence, node), await chain.transactions(evidence), chain.headers(evidence), chain.roots(evidence), await chain.parents(evidence, trusted, node)];
}
