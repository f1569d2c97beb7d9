/** Ports that a caller sees, found by what the store knows them by. Source: neutron/db/db_base_plugin_v2.py _get_ports_query. */

import type { Where } from "../../store/where.ts";
import { mac } from "../kind/address.ts";
import type { Call, ListQuery } from "../resource.ts";
import { networks, type Port, ports } from "./model.ts";
import { byName } from "./port-filters.ts";

type Keys = Record<string, readonly string[]>;

/** Filters that are keys of the collection, by the attribute's name. The API layer applies every filter again. */
const KEYS: Readonly<Record<string, string>> = {
  name: "name",
  network_id: "network_id",
  device_id: "device_id",
  device_owner: "device_owner",
  mac_address: "mac_address",
  security_groups: "security_group_id",
  "binding:host_id": "host",
};

export async function listPorts(call: Call, query: ListQuery): Promise<Port[]> {
  const where = whereOf(query);
  const { isAdmin, projectId } = call.context;
  const wanted = query.filters.project_id;
  if (isAdmin) return ports.list(call.reader, { ...where, ...(wanted && { projectIds: wanted }) });
  if (projectId === null) return [];
  const own = await ports.list(call.reader, { ...where, projectIds: [projectId] });
  const foreign = (await onOwnNetworks(call, projectId, where)).filter((port) => port.project_id !== projectId);
  if (foreign.length === 0) return own;
  return ports.list(call.reader, { ids: [...own, ...foreign].map((port) => port.id) }); // In the order of creation.
}

/** The owner of a network sees all of its ports. */
async function onOwnNetworks(call: Call, projectId: string, where: Where): Promise<Port[]> {
  const asked = where.keys?.network_id;
  const mine = await networks.list(call.reader, { projectIds: [projectId] });
  const ids = mine.map((network) => network.id).filter((id) => asked === undefined || asked.includes(id));
  return ids.length === 0 ? [] : ports.list(call.reader, { ...where, keys: { ...where.keys, network_id: ids } });
}

function whereOf({ filters }: ListQuery): Where {
  const keys: Keys = {};
  for (const [name, values] of Object.entries(filters)) {
    const key = KEYS[name];
    if (key === undefined || values.includes("")) continue;
    keys[key] = name === "mac_address" ? values.map((text) => String(mac.filter?.(text) ?? text)) : values;
  }
  const { subnet_id } = byName(filters.fixed_ips ?? []);
  if (subnet_id) keys.subnet_id = subnet_id;
  return { keys, ...(filters.id && { ids: filters.id }) };
}
