/** Allocation pools of a subnet: made around its gateway, or given and checked. Source: neutron/ipam/utils.py, neutron/db/ipam_backend_mixin.py. */
import { familyOf, parseCidr } from "../../net/address.ts";
import {
  covers,
  type IpRange,
  ipNumber,
  ipText,
  networkRange,
  overlaps,
  rangeBetween,
  subtractRanges,
} from "../../net/range.ts";
import type { AllocationPool } from "../core/model.ts";
import { conflict, NeutronError } from "../errors.ts";
import { repr } from "../kind/kind.ts";

/** All addresses that hosts may have, without the gateway's. generate_pools */
export function defaultPools(cidr: string, gateway: string | null): AllocationPool[] {
  const hosts = hostRange(cidr);
  const taken =
    gateway === null || familyOf(gateway) !== hosts.family || hosts.first === hosts.last
      ? []
      : [rangeBetween(gateway, gateway)];
  return subtractRanges([hosts], taken).map(poolOf);
}

/** Pools as they are given, in their order by address. Throws what Neutron says of bad ones. validate_allocation_pools */
export function checkedPools(pools: readonly AllocationPool[], cidr: string, gateway: string | null): AllocationPool[] {
  const hosts = hostRange(cidr);
  const ranges = pools.map((pool) => {
    const { start, end } = pool;
    if (familyOf(start) !== familyOf(end) || ipNumber(start) > ipNumber(end)) throw invalidPool(repr(pool));
    return rangeBetween(start, end);
  });
  for (const range of ranges) {
    if (range.family !== hosts.family) throw invalidPool(printed(range));
    if (!covers(hosts, range))
      throw new NeutronError(
        "bad-request",
        "OutOfBoundsAllocationPool",
        `The allocation pool ${printed(range)} spans beyond the subnet cidr ${cidr}.`,
      );
  }
  for (const [i, left] of ranges.entries())
    for (const right of ranges.slice(i + 1))
      if (overlaps(left, right))
        throw conflict(
          "OverlappingAllocationPools",
          `Found overlapping allocation pools: ${printed(left)} ${printed(right)} for subnet ${cidr}.`,
        );
  if (gateway !== null) checkGatewayOutside(gateway, ranges);
  return ranges.toSorted((a, b) => (a.first < b.first ? -1 : 1)).map(poolOf);
}

/** validate_gw_out_of_pools */
export function checkGatewayOutside(gateway: string, pools: readonly IpRange[]): void {
  const pool = pools.find((range) => overlaps(range, rangeBetween(gateway, gateway)));
  if (pool)
    throw conflict(
      "GatewayConflictWithAllocationPools",
      `Gateway ip ${gateway} conflicts with allocation pool ${printed(pool)}.`,
    );
}

export function poolRange({ start, end }: AllocationPool): IpRange {
  return rangeBetween(start, end);
}

/** Without the network's and the broadcast address of IPv4, and without the routers' anycast address of IPv6. */
function hostRange(cidr: string): IpRange {
  const net = networkRange(cidr);
  if (net.first === net.last) return net;
  if (net.family === 6) return { ...net, first: net.first + 1n };
  if ((parseCidr(cidr)?.prefix ?? 0) > 30) return net;
  return { ...net, first: net.first + 1n, last: net.last - 1n };
}

function poolOf({ family, first, last }: IpRange): AllocationPool {
  return { start: ipText(family, first), end: ipText(family, last) };
}

function invalidPool(pool: string): NeutronError {
  return new NeutronError("bad-request", "InvalidAllocationPool", `The allocation pool ${pool} is not valid.`);
}

const printed = ({ family, first, last }: IpRange) => `${ipText(family, first)}-${ipText(family, last)}`;
