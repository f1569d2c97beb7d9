/** The network on which the instances of a project's HA routers watch each other. Source: neutron/db/l3_hamode_db.py. */

import type { Json } from "../attribute.ts";
import { readCreate } from "../attribute.ts";
import type { Change, Resource } from "../resource.ts";
import { elevated } from "./lookup.ts";
import { HA_PORT, haNetworks, type Router, routers } from "./model.ts";
import { createOwnPort } from "./own-ports.ts";

/** neutron.conf l3_ha_net_cidr. */
const CIDR = "169.254.192.0/18";

/** It is made with the first HA router of a project. */
export async function prepareHaNetwork(change: Change, projectId: string): Promise<void> {
  if (await haNetworks.get(change.reader, projectId)) return;
  const network = await make(change, "network", {
    name: `HA network tenant ${projectId}`,
    project_id: "",
    tenant_id: "",
  });
  await make(change, "subnet", {
    network_id: network.id,
    project_id: "",
    tenant_id: "",
    name: `HA subnet tenant ${projectId}`,
    ip_version: 4,
    cidr: CIDR,
    enable_dhcp: false,
    gateway_ip: null,
  });
  await haNetworks.insert(change.tx, { id: projectId, network_id: String(network.id) });
}

/** It goes with the last one. */
export async function forgetHaNetwork(change: Change, projectId: string): Promise<void> {
  const known = await haNetworks.get(change.reader, projectId);
  const left = await routers.list(change.reader, { projectIds: [projectId] });
  if (!known || left.some((router) => router.ha)) return;
  await haNetworks.remove(change.tx, projectId);
  await resource(change, "network").remove?.(elevated(change), known.network_id);
}

export async function addHaPort(change: Change, router: Router): Promise<void> {
  const known = await haNetworks.get(change.reader, router.project_id);
  if (!known) return;
  await createOwnPort(change, {
    network_id: known.network_id,
    device_id: router.id,
    device_owner: HA_PORT,
    name: `HA port tenant ${router.project_id}`,
  });
}

async function make(change: Change, name: string, body: Json): Promise<Json> {
  const of = resource(change, name);
  const made = await of.create?.(elevated(change), readCreate(of.attributes, body));
  if (!made) throw new Error(`no ${name} was made`);
  return made;
}

function resource(change: Change, name: string): Resource {
  const found = change.neutron.resources.find((one) => one.name === name);
  if (!found) throw new Error(`no resource ${name}`);
  return found;
}
