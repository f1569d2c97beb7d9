/**
 * Local VLANs: one for each network that has a port here, read back from the ports that have it, else the lowest free one.
 * Source: ovs_neutron_agent.py _restore_local_vlan_map, _add_local_vlan.
 */
import { Following } from "../../host/following.ts";
import type { OvsBridge, OvsPort } from "../../host/state.ts";
import { DEAD_VLAN, MAX_LOCAL_VLAN } from "../../net/neutron-tables.ts";
import type { NetworkView } from "../view.ts";

/** Network id → local VLAN, for these networks in the order in which they are met. */
export function localVlans(integration: OvsBridge, networks: readonly NetworkView[]): Map<string, number> {
  const kept = restored(integration);
  const vlans = new Map<string, number>();
  for (const { id } of networks) {
    const vlan = kept.get(id);
    if (vlan !== undefined) vlans.set(id, vlan);
  }
  const used = new Set(vlans.values());
  let next = 1;
  for (const { id } of networks) {
    if (vlans.has(id)) continue;
    while (used.has(next)) next++;
    if (next > MAX_LOCAL_VLAN) break; // The real agent logs an error, and leaves the port dead.
    vlans.set(id, next);
    used.add(next);
  }
  return vlans;
}

/**
 * What ports remember, the first one of a network being believed; a tag is one network's. The agent notes the tag beside
 * the network: a tag that somebody changed afterwards is wrong for one port, not right for all. What a dead port remembers may
 * have been given to another network since.
 */
function restored(integration: OvsBridge): ReadonlyMap<string, number> {
  return agreed(remembered.of(integration.ports)) ?? inOrder(integration);
}

/** What ports remember, and how many of them do. */
type Memories = Map<string, { readonly network: string; readonly vlan: number; ports: number }>;

const remembered = new Following<OvsPort, Memories>(
  () => new Map(),
  (all, port) => remember(all, port, 1),
  (all, port) => remember(all, port, -1),
);

function remember(all: Memories, port: OvsPort, by: 1 | -1): void {
  const memory = memoryOf(port);
  if (!memory) return;
  const key = `${memory.network} ${memory.vlan}`;
  const known = all.get(key);
  if (!known) all.set(key, { ...memory, ports: by });
  else if (known.ports + by === 0) all.delete(key);
  else known.ports += by;
}

function memoryOf({ tag, otherConfig }: OvsPort): { network: string; vlan: number } | undefined {
  const network = otherConfig.net_uuid;
  if (network === undefined) return undefined;
  const vlan = otherConfig.tag === undefined ? (tag ?? 0) : Number(otherConfig.tag);
  return vlan > 0 && vlan <= MAX_LOCAL_VLAN ? { network, vlan } : undefined;
}

/** Where no two disagree, their order does not matter. */
function agreed(all: Memories): ReadonlyMap<string, number> | undefined {
  const vlans = new Map([...all.values()].map(({ network, vlan }) => [network, vlan]));
  return vlans.size === all.size && new Set(vlans.values()).size === all.size ? vlans : undefined;
}

function inOrder(integration: OvsBridge): ReadonlyMap<string, number> {
  const kept = new Map<string, number>();
  const used = new Set<number>();
  const isDead = ({ tag }: OvsPort) => tag === DEAD_VLAN;
  const dead = integration.ports.filter(isDead);
  const ports = dead.length === 0 ? integration.ports : [...integration.ports.filter((one) => !isDead(one)), ...dead];
  for (const port of ports) {
    const memory = memoryOf(port);
    if (!memory || kept.has(memory.network) || used.has(memory.vlan)) continue;
    kept.set(memory.network, memory.vlan);
    used.add(memory.vlan);
  }
  return kept;
}
