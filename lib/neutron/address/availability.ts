/** How many addresses networks and their subnets have, and how many are taken. Source: neutron/db/network_ip_availability_db.py. */
import { networkRange, rangeSize } from "../../net/range.ts";
import type { Json } from "../attribute.ts";
import { addressClaim, type Network, networks, ports, type Subnet, subnets } from "../core/model.ts";
import { notFound } from "../errors.ts";
import { anything, integer } from "../kind/kind.ts";
import { adminOnly } from "../policy.ts";
import type { Call, Resource } from "../resource.ts";
import { poolRange } from "./allocation-pools.ts";

const found = { kind: anything, filter: true };

export const availabilityResource: Resource = {
  name: "network_ip_availability",
  plural: "network_ip_availabilities",
  path: "network-ip-availabilities",
  key: "network_id",
  attributes: {
    network_id: { ...found, sort: true },
    network_name: found,
    tenant_id: found,
    project_id: found,
    total_ips: { kind: anything },
    used_ips: { kind: anything },
    subnet_ip_availability: { kind: anything },
    ip_version: { kind: integer(), filter: true, visible: false },
  },
  policy: { get: adminOnly },
  async list(call, query) {
    const versions = query.filters.ip_version;
    const ids = query.filters.network_id;
    const views = [];
    for (const network of await networks.list(call.reader, ids ? { ids } : {})) {
      const view = await viewOf(call, network, versions);
      if (view) views.push(view);
    }
    return views;
  },
  async show(call, id) {
    const network = await networks.get(call.reader, id);
    return network && viewOf(call, network, undefined);
  },
  missing: (id) => notFound("Network", id),
};

/** @param versions only subnets of these, and networks that have one */
async function viewOf(
  call: Call,
  network: Network,
  versions: readonly string[] | undefined,
): Promise<Json | undefined> {
  const all = await subnets.list(call.reader, { keys: { network_id: network.id } });
  const asked = versions ? all.filter((subnet) => versions.includes(String(subnet.ip_version))) : all;
  if (versions && asked.length === 0) return undefined;
  const counts = [];
  for (const subnet of asked) counts.push({ subnet, total: totalOf(subnet), used: await usedOf(call, subnet) });
  return {
    network_id: network.id,
    network_name: network.name,
    tenant_id: network.project_id,
    project_id: network.project_id,
    subnet_ip_availability: counts.map(({ subnet, total, used }) => ({
      subnet_id: subnet.id,
      ip_version: subnet.ip_version,
      cidr: subnet.cidr,
      subnet_name: subnet.name,
      used_ips: used,
      total_ips: exact(total),
    })),
    used_ips: counts.reduce((sum, one) => sum + one.used, 0),
    total_ips: exact(counts.reduce((sum, one) => sum + one.total, 0n)),
  };
}

/** What the pools hold; of a subnet without pools, all. */
function totalOf(subnet: Subnet): bigint {
  if (subnet.allocation_pools.length === 0) return rangeSize(networkRange(subnet.cidr));
  return subnet.allocation_pools.reduce((sum, pool) => sum + rangeSize(poolRange(pool)), 0n);
}

async function usedOf(call: Call, subnet: Subnet): Promise<number> {
  return (await ports.claimed(call.reader, "address", addressClaim(subnet.id, ""))).length;
}

/** A number that JSON writes to its last digit: IPv6 subnets have more addresses than doubles tell apart. */
function exact(value: bigint): unknown {
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }; // Node has it, TypeScript's library not yet.
  return rawJSON(String(value));
}
