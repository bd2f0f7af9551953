/**
 * The names of things on this chain: contracts, roles, markets, as the server describes them.
 *
 * Knows addresses and ABIs. Knows nothing of transactions or of how names are shown.
 */
import type { Abi, Hex } from "viem";
import type { Contracts } from "@/api/contracts";

export interface KnownContract {
  name: string;
  address: Hex;
  abi: Abi;
  sourceHash: string;
  codeHash: string | null;
  deployedBlock: number | null;
}

export interface Known {
  contracts: readonly KnownContract[];
  /** Every ABI entry of every contract: an event or error is found wherever it was raised. */
  everything: Abi;
  contractAt: (address: string | null | undefined) => KnownContract | undefined;
  roleOf: (address: string | null | undefined) => string | undefined;
  marketOf: (id: string) => string | undefined;
}

export const NOTHING_KNOWN: Known = knownFrom({ contracts: [], roles: [], markets: [] });

export function knownFrom({ contracts, roles, markets }: Pick<Contracts, "contracts" | "roles" | "markets">): Known {
  const described = contracts.map((each) => ({
    name: each.name,
    address: each.address as Hex,
    abi: each.abi as unknown as Abi,
    sourceHash: each.source_hash,
    codeHash: each.code_hash ?? null,
    deployedBlock: each.deployed_block ?? null,
  }));
  const byAddress = new Map(described.map((each) => [each.address.toLowerCase(), each]));
  const holders = new Map<string, string[]>();
  for (const { role, addresses } of roles) for (const address of addresses) holders.set(address.toLowerCase(), [...(holders.get(address.toLowerCase()) ?? []), role]);
  const names = new Map(markets.map((each) => [String(each.id).toLowerCase(), String(each.market)]));
  return {
    contracts: described,
    everything: distinct(described.flatMap((each) => [...each.abi])) as unknown as Abi,
    contractAt: (address) => byAddress.get((address ?? "").toLowerCase()),
    roleOf: (address) => holders.get((address ?? "").toLowerCase())?.join(", "),
    marketOf: (id) => names.get(id.toLowerCase()),
  };
}

function distinct<T>(entries: readonly T[]): T[] {
  return [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()];
}
