/** Where a new subnet lies: at the CIDR that is asked for, or in a pool. Source: neutron/db/db_base_plugin_v2.py _create_subnet_precommit, neutron/ipam/requests.py. */
import { familyOf, networkBase, parseCidr } from "../../net/address.ts";
import { ipText, networkRange } from "../../net/range.ts";
import type { AllocationPool } from "../core/model.ts";
import { badRequest, conflict } from "../errors.ts";
import type { Change } from "../resource.ts";
import { checkedPools, defaultPools } from "./allocation-pools.ts";
import { PREFIX_DELEGATION, type SubnetValues } from "./subnet-attributes.ts";
import { checkSubnet, isNoGateway } from "./subnet-checks.ts";
import type { SubnetPool } from "./subnetpool-model.ts";
import { anyNetwork, takeNetwork } from "./subnetpool-space.ts";
import { defaultPool, usablePool } from "./subnetpool-use.ts";

export interface Place {
  readonly cidr: string;
  readonly gateway_ip: string | null;
  readonly allocation_pools: readonly AllocationPool[];
  readonly pool: SubnetPool | undefined;
}

export async function placeSubnet(change: Change, values: SubnetValues): Promise<Place> {
  if (values.cidr !== undefined && values.prefixlen !== undefined)
    throw badRequest("subnets", "cidr and prefixlen must not be supplied together");
  const cidr = values.cidr === undefined ? undefined : withoutHostBits(values.cidr);
  const pool = await poolOf(change, values, cidr);
  if (!pool) {
    if (cidr === undefined) throw badRequest("subnets", "a subnetpool must be specified in the absence of a cidr");
    checkSubnet(change, { ...values, cidr });
    return { ...around(cidr, values), pool };
  }
  if (cidr === undefined && values.allocation_pools !== undefined)
    throw badRequest("subnets", "allocation_pools allowed only for specific subnet requests.");
  if (values.ip_version !== pool.ip_version)
    throw badRequest(
      "subnets",
      `Cannot allocate IPv${values.ip_version} subnet from IPv${pool.ip_version} subnet pool`,
    );
  return { ...(await placeInPool(change, values, cidr, pool)), pool };
}

async function placeInPool(
  change: Change,
  values: SubnetValues,
  given: string | undefined,
  pool: SubnetPool,
): Promise<Omit<Place, "pool">> {
  const project = String(values.project_id ?? "");
  const prefix = values.prefixlen ?? pool.default_prefixlen;
  // A gateway alone says of which network it is.
  const meant = given ?? (values.gateway_ip ? withoutHostBits(`${values.gateway_ip}/${prefix}`) : undefined);
  if (meant !== undefined) {
    checkSubnet(change, { ...values, cidr: meant });
    const place = around(meant, values);
    await takeNetwork(change, pool, project, meant);
    return place;
  }
  const cidr = await anyNetwork(change, pool, project, prefix);
  checkSubnet(change, { ...values, cidr });
  const { family, first } = networkRange(cidr);
  const gateway_ip = values.gateway_ip === null ? null : ipText(family, first + 1n);
  return { cidr, gateway_ip, allocation_pools: defaultPools(cidr, gateway_ip) };
}

/** Gateway and pools of a CIDR: those asked for, or the defaults. _gateway_ip_str, _prepare_allocation_pools */
function around(cidr: string, { gateway_ip: asked, allocation_pools }: SubnetValues): Omit<Place, "pool"> {
  const { family, first } = networkRange(cidr);
  // Of IPv6 it is the anycast address of all routers (RFC 4291, 2.6.1).
  const gateway_ip = asked === undefined ? ipText(family, family === 6 ? first : first + 1n) : asked;
  // An empty list asks for nothing: a subnet without pools is made by an update only.
  const pools = allocation_pools?.length
    ? checkedPools(allocation_pools, cidr, gateway_ip)
    : defaultPools(cidr, gateway_ip);
  if (gateway_ip !== null && isNoGateway(cidr, gateway_ip))
    throw conflict("IpamValueInvalid", `Gateway IP ${gateway_ip} cannot be allocated in CIDR ${cidr}`);
  return { cidr, gateway_ip, allocation_pools: pools };
}

/** _get_subnetpool_id */
async function poolOf(change: Change, values: SubnetValues, cidr: string | undefined): Promise<SubnetPool | undefined> {
  const { subnetpool_id, use_default_subnetpool, ip_version } = values;
  if (use_default_subnetpool && subnetpool_id)
    throw badRequest("subnets", "subnetpool_id and use_default_subnetpool cannot both be specified");
  if (subnetpool_id === PREFIX_DELEGATION) {
    if (cidr !== undefined) return undefined; // Neutron, too, then forgets the delegation.
    throw badRequest("subnets", "Prefix delegation is not supported: give a cidr or another subnet pool");
  }
  if (subnetpool_id) return usablePool(change, subnetpool_id);
  if (!use_default_subnetpool) return undefined;
  const family = cidr === undefined ? ip_version : familyOf(cidr);
  const pool = await defaultPool(change, family);
  if (!pool) throw badRequest("subnets", `No default subnetpool found for IPv${family}`);
  return pool;
}

function withoutHostBits(text: string): string {
  const parsed = parseCidr(text);
  return parsed ? `${networkBase(parsed)}/${parsed.prefix}` : text;
}
