/** Address scopes that networks are in, by the pools of their subnets. Source: neutron/db/address_scope_db.py _extend_network_dict_address_scope. */
import { subnetPools } from "../address/subnetpool-model.ts";
import type { Json } from "../attribute.ts";
import type { Call } from "../resource.ts";
import { type Network, subnets } from "./model.ts";

const NONE = { ipv4_address_scope: null, ipv6_address_scope: null };

/** Read once for all: pools with a scope are few, where there are any. */
export async function networkScopes(call: Call, rows: readonly Network[]): Promise<(networkId: string) => Json> {
  if (rows.every((row) => row.subnets.length === 0)) return () => NONE;
  const pools = (await subnetPools.list(call.reader)).filter((pool) => pool.address_scope_id !== null);
  if (pools.length === 0) return () => NONE;
  const scopeOf = new Map(pools.map((pool) => [pool.id, pool.address_scope_id]));
  const found = new Map<string, Json>();
  for (const subnet of await subnets.list(call.reader, { keys: { subnetpool_id: [...scopeOf.keys()] } })) {
    const name = subnet.ip_version === 4 ? "ipv4_address_scope" : "ipv6_address_scope";
    const scope = scopeOf.get(subnet.subnetpool_id ?? "");
    found.set(subnet.network_id, { ...NONE, ...found.get(subnet.network_id), [name]: scope });
  }
  return (networkId) => found.get(networkId) ?? NONE;
}
