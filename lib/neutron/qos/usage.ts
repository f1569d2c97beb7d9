/** What a QoS policy is attached to. Source: neutron/objects/qos/policy.py (binding_models, get_bound_project_ids). */
import { type Network, networks, type Port, ports } from "../core/model.ts";
import { floatingIps, routers } from "../l3/model.ts";
import type { Call } from "../resource.ts";

export interface PolicyUser {
  /** As Neutron names it in refusals. */
  readonly kind: "port" | "network" | "fip" | "router";
  readonly id: string;
  readonly projectId: string;
}

/** In the order in which a refusal names them. */
export async function usersOf(call: Call, policyId: string): Promise<PolicyUser[]> {
  const keys = { qos_policy_id: policyId };
  const users = (kind: PolicyUser["kind"], rows: readonly { id: string; project_id: string }[]): PolicyUser[] =>
    rows.map((row) => ({ kind, id: row.id, projectId: row.project_id }));
  return [
    ...users("port", await ports.list(call.reader, { keys })),
    ...users("network", await networks.list(call.reader, { keys })),
    ...users("fip", await floatingIps.list(call.reader, { keys })),
    ...users("router", await routers.list(call.reader, { keys })),
  ];
}

/** Ports that the policy applies to, with their networks: its own, and those of its networks that have none of their own. */
export async function portsWith(call: Call, policyId: string): Promise<(readonly [Port, Network | undefined])[]> {
  const keys = { qos_policy_id: policyId };
  const bound = await networks.list(call.reader, { keys });
  const inherited = await ports.list(call.reader, { keys: { network_id: bound.map((network) => network.id) } });
  const all = [
    ...(await ports.list(call.reader, { keys })),
    ...inherited.filter((port) => port.qos_policy_id === null),
  ];
  return Promise.all(all.map(async (port) => [port, await networks.get(call.reader, port.network_id)] as const));
}
