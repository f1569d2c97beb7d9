/** Networks that other projects use: who does, and when they lose it. Source: neutron/db/db_base_plugin_v2.py, neutron/db/external_net_db.py. */
import { conflict } from "../errors.ts";
import { ROUTER_GATEWAY, routers } from "../l3/model.ts";
import { EVERYBODY, EXTERNAL, SHARED } from "../rbac/model.ts";
import { policiesOf, setShared } from "../rbac/shared.ts";
import type { Call, Change, Shareable } from "../resource.ts";
import { type Network, networks, ports, subnets } from "./model.ts";

export const networkShareable: Shareable = {
  objectType: "network",
  rows: networks,
  actions: [SHARED, EXTERNAL],
  users: (call, id, action) => (action === EXTERNAL ? projectsWithGateways(call, id) : projectsOn(call, id)),
  inUse: ({ object_id, action }) => {
    const details =
      action === EXTERNAL
        ? "There are routers attached to this network that depend on this policy for access."
        : `Unable to reconfigure sharing settings for network ${object_id}. Multiple tenants are using it.`;
    return conflict(
      "RbacPolicyInUse",
      `RBAC policy on object ${object_id} cannot be removed because other objects depend on it.\nDetails: ${details}`,
    );
  },
};

/** Projects with ports or subnets on the network, but for ports of the cloud itself. */
async function projectsOn(call: Call, id: string): Promise<Set<string>> {
  const all = await ports.list(call.reader, { keys: { network_id: id } });
  const used = all.filter((port) => !port.device_owner.startsWith("network:"));
  const nets = await subnets.list(call.reader, { keys: { network_id: id } });
  return new Set([...used, ...nets].map((one) => one.project_id));
}

async function projectsWithGateways(call: Call, id: string): Promise<Set<string>> {
  const gateways = await ports.list(call.reader, { keys: { network_id: id, device_owner: ROUTER_GATEWAY } });
  const owners = await routers.list(call.reader, { ids: gateways.map((port) => port.device_id) });
  return new Set(owners.map((router) => router.project_id));
}

/** `shared` of an update. _validate_shared_update: only those who keep access another way may stay on the network. */
export async function changeShared(change: Change, row: Network, shared: boolean): Promise<void> {
  if (!shared) {
    const policies = (await policiesOf(change, "network", row.id)).filter((policy) => policy.action === SHARED);
    if (!policies.some((policy) => policy.target_project === EVERYBODY)) return;
    const keep = new Set([row.project_id, ...policies.map((policy) => policy.target_project)]);
    const users = await projectsOn(change, row.id);
    if ([...users].some((one) => !keep.has(one)))
      throw conflict(
        "InvalidSharedSetting",
        `Unable to reconfigure sharing settings for network ${row.name}. Multiple tenants are using it.`,
      );
  }
  await setShared(change, "network", row, shared);
}
