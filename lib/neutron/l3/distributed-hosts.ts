/**
 * Where a distributed router is: with its centralized part, and on each host with a guest or a DHCP server on one of its
 * networks, or of those of its neighbours, which its packets may have come through.
 * Source: neutron/db/l3_dvrscheduler_db.py get_hosts_to_notify.
 */
import { type Port, ports } from "../core/model.ts";
import type { Call } from "../resource.ts";
import { DVR_INTERFACE } from "./model.ts";

/** Ports that DVR serves on their own host. neutron/common/utils.py is_dvr_serviced */
export function isServed({ device_owner }: Pick<Port, "device_owner">): boolean {
  return (
    device_owner.startsWith("compute:") ||
    ["network:dhcp", "neutron:LOADBALANCER", "neutron:LOADBALANCERV2"].includes(device_owner)
  );
}

/** Hosts of the ports that the router serves, or one of its neighbours. */
export async function hostsServed(call: Call, routerId: string): Promise<Set<string>> {
  const near = [routerId, ...(await neighboursOf(call, [routerId]))];
  const subnets = subnetIdsOf(await interfacesOf(call, near));
  if (subnets.length === 0) return new Set();
  const found = await ports.list(call.reader, { keys: { subnet_id: subnets } });
  return new Set(found.filter((port) => isServed(port) && port.binding.host !== "").map((port) => port.binding.host));
}

/** Distributed routers that have to be where this port is. */
export async function routersServing(call: Call, port: Port): Promise<string[]> {
  if (!isServed(port) || port.binding.host === "" || port.fixed_ips.length === 0) return [];
  const own = await distributedOn(call, subnetIdsOf([port]));
  return own.length === 0 ? own : [...new Set([...own, ...(await neighboursOf(call, own))])];
}

export async function distributedOn(call: Call, subnetIds: readonly string[]): Promise<string[]> {
  if (subnetIds.length === 0) return [];
  const keys = { subnet_id: subnetIds, device_owner: DVR_INTERFACE };
  return [...new Set((await ports.list(call.reader, { keys })).map((port) => port.device_id))];
}

export function subnetIdsOf(all: readonly Port[]): string[] {
  return [...new Set(all.flatMap((port) => port.fixed_ips.map((ip) => ip.subnet_id)))];
}

/** Others on the same networks. _get_other_dvr_router_ids_connected_router */
async function neighboursOf(call: Call, routerIds: readonly string[]): Promise<string[]> {
  const networks = new Set((await interfacesOf(call, routerIds)).map((port) => port.network_id));
  if (networks.size === 0) return [];
  const keys = { network_id: [...networks], device_owner: DVR_INTERFACE };
  const others = (await ports.list(call.reader, { keys })).map((port) => port.device_id);
  return [...new Set(others)].filter((id) => !routerIds.includes(id));
}

function interfacesOf(call: Call, routerIds: readonly string[]): Promise<Port[]> {
  return ports.list(call.reader, { keys: { device_id: [...routerIds], device_owner: DVR_INTERFACE } });
}
