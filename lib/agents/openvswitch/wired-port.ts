/** A port of br-int as the agent leaves it. Source: ovs_neutron_agent.py port_bound, _bind_devices, port_dead. */
import type { OvsPort } from "../../host/state.ts";
import { DEAD_VLAN } from "../../net/neutron-tables.ts";
import type { NetworkView } from "../view.ts";

/** On its network: the tag carries traffic, other_config remembers for the agent's next start. */
export function alive(port: OvsPort, network: NetworkView, vlan: number): OvsPort {
  const known = mappingOf(network, vlan);
  const fresh = Object.entries(known).some(([key, value]) => port.otherConfig[key] !== value);
  const wasDead = port.tag === DEAD_VLAN;
  if (!fresh && port.tag === vlan) return port;
  const otherConfig = fresh ? { ...port.otherConfig, ...known } : port.otherConfig;
  const { vlanMode, ...rest } = port;
  return wasDead || vlanMode === undefined
    ? { ...rest, otherConfig, trunks: wasDead ? [] : port.trunks, tag: vlan }
    : { ...port, otherConfig, tag: vlan };
}

function mappingOf(network: NetworkView, vlan: number): Record<string, string> {
  return {
    net_uuid: network.id,
    network_type: network.type,
    physical_network: network.physicalNetwork ?? "None",
    ...(network.segmentationId === null ? {} : { segmentation_id: String(network.segmentationId) }),
    tag: String(vlan),
  };
}

/** Not bound here, or down: nothing in, nothing out. */
export function dead(port: OvsPort): OvsPort {
  return port.tag === DEAD_VLAN ? port : { ...port, tag: DEAD_VLAN };
}
