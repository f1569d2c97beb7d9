/** Which DHCP agents serve which networks. Source: neutron/db/network_dhcp_agent_binding/models.py. */
import { Collection } from "../../store/collection.ts";
import type { Call, Change } from "../resource.ts";
import { type Agent, agents } from "./agents.ts";

export interface DhcpBinding {
  readonly id: string;
  readonly network_id: string;
  readonly agent_id: string;
}

export const dhcpBindings = new Collection<DhcpBinding>("dhcp_binding", {
  keys: { network_id: (b) => b.network_id, agent_id: (b) => b.agent_id },
  unique: { pair: (b) => pairOf(b.network_id, b.agent_id) },
});

const pairOf = (networkId: string, agentId: string) => `${networkId}/${agentId}`;

export async function bindNetwork(change: Change, network_id: string, agent_id: string): Promise<void> {
  await dhcpBindings.insert(change.tx, { id: change.neutron.newId(), network_id, agent_id });
}

/** @returns whether the agent had served it */
export async function unbindNetwork(change: Change, networkId: string, agentId: string): Promise<boolean> {
  const id = await dhcpBindings.holder(change.tx, "pair", pairOf(networkId, agentId));
  return id !== undefined && dhcpBindings.remove(change.tx, id);
}

/** The bindings of an object that goes, go with it. */
export async function forgetBindings(change: Change, of: { network_id: string } | { agent_id: string }): Promise<void> {
  for (const binding of await dhcpBindings.list(change.tx, { keys: { ...of } }))
    await dhcpBindings.remove(change.tx, binding.id);
}

export function agentServes(call: Call, networkId: string, agentId: string): Promise<boolean> {
  return dhcpBindings.holder(call.reader, "pair", pairOf(networkId, agentId)).then((id) => id !== undefined);
}

export async function agentsServing(call: Call, networkId: string): Promise<Agent[]> {
  const bindings = await dhcpBindings.list(call.reader, { keys: { network_id: networkId } });
  if (bindings.length === 0) return [];
  return agents.list(call.reader, { ids: bindings.map((binding) => binding.agent_id) });
}
