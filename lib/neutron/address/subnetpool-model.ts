/** Subnet pools: the prefixes that subnets are cut from. Source: neutron/objects/subnetpool.py. */

import { cidrsOf, type IpRange, ipText, mergeRanges, networkRange } from "../../net/range.ts";
import { Collection } from "../../store/collection.ts";
import type { Standard } from "../standard.ts";

export interface SubnetPool extends Standard {
  readonly name: string;
  readonly ip_version: 4 | 6;
  /** The fewest networks that hold them, in their order. */
  readonly prefixes: readonly string[];
  readonly min_prefixlen: number;
  readonly max_prefixlen: number;
  readonly default_prefixlen: number;
  /** For each project: addresses of IPv4, /64 networks of IPv6. null: as many as there are. */
  readonly default_quota: number | null;
  readonly is_default: boolean;
  readonly address_scope_id: string | null;
}

export const subnetPools = new Collection<SubnetPool>("subnetpool", {
  keys: { name: (p) => p.name, address_scope_id: (p) => p.address_scope_id, is_default: (p) => p.is_default },
});

/** Prefixes joined where they touch or overlap. All of one family. */
export function compacted(ranges: readonly IpRange[]): string[] {
  return mergeRanges(ranges).flatMap((range) =>
    cidrsOf(range).map(({ base, prefix }) => `${ipText(range.family, base)}/${prefix}`),
  );
}

export function rangesOf(prefixes: readonly string[]): IpRange[] {
  return prefixes.map(networkRange);
}
