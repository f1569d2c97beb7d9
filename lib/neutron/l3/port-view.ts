/** A router's port with what an agent needs of its network. Source: neutron/db/l3_db.py _populate_mtu_and_subnets_for_ports. */
import { subnetPools } from "../address/subnetpool-model.ts";
import { networks, type Port, type Subnet, subnets } from "../core/model.ts";
import type { Call } from "../resource.ts";

export interface PortView {
  readonly port: Port;
  readonly mtu: number;
  /** Those that the port has an address of. */
  readonly subnets: readonly Subnet[];
  /** The others of its network: on the link, too. */
  readonly extraSubnets: readonly Subnet[];
  /** Address scopes of the network, by IP version; null: none. */
  readonly addressScopes: { readonly 4: string | null; readonly 6: string | null };
}

export async function portViews(call: Call, all: readonly Port[]): Promise<PortView[]> {
  const ids = [...new Set(all.map((port) => port.network_id))];
  const found = await networks.list(call.reader, { ids });
  const of = await subnets.list(call.reader, { keys: { network_id: ids } });
  const pools = await subnetPools.list(call.reader, { ids: of.flatMap((subnet) => subnet.subnetpool_id ?? []) });
  const scope = new Map(pools.map((pool) => [pool.id, pool.address_scope_id]));
  return all.map((port) => {
    const near = of.filter((subnet) => subnet.network_id === port.network_id);
    const has = new Set(port.fixed_ips.map((ip) => ip.subnet_id));
    const scopeOf = (version: 4 | 6) => {
      const subnet = near.filter((one) => one.ip_version === version).at(-1);
      return (subnet?.subnetpool_id && scope.get(subnet.subnetpool_id)) || null;
    };
    return {
      port,
      mtu: found.find((network) => network.id === port.network_id)?.mtu ?? 0,
      subnets: near.filter((subnet) => has.has(subnet.id)),
      extraSubnets: near.filter((subnet) => !has.has(subnet.id)),
      addressScopes: { 4: scopeOf(4), 6: scopeOf(6) },
    };
  });
}
