/**
 * What an agent has to know to send a network's frames through tunnels without flooding: behind which tunnel each address
 * is, and which tunnels carry what nobody has an entry for. Computed of what is active where; agents apply the difference to
 * what they had. Source: neutron/plugins/ml2/drivers/l2pop/mech_driver.py _create_agent_fdb, update_port_up.
 */
import type { Network, Port, Segment } from "../core/model.ts";

/** Where a host's tunnels end, and of which types they can be. */
export interface TunnelEndpoint {
  readonly host: string;
  readonly ip: string;
  readonly types: readonly string[];
}

/** A port that is active on these hosts: several for a distributed router's interface. */
export interface PlacedPort {
  readonly port: Pick<Port, "mac_address" | "fixed_ips" | "device_owner">;
  readonly hosts: readonly string[];
}

export interface ForwardingEntry {
  readonly mac_address: string;
  readonly ip_address: string;
}

/** neutron_lib/constants.py FLOODING_ENTRY: frames to addresses without an entry go there, too. */
export const FLOODING_ENTRY: ForwardingEntry = { mac_address: "00:00:00:00:00:00", ip_address: "0.0.0.0" };

export interface ForwardingTable {
  readonly segment_id: number;
  readonly network_type: string;
  /** By the other end of the tunnel. */
  readonly ports: Readonly<Record<string, readonly ForwardingEntry[]>>;
}

const DISTRIBUTED_INTERFACE = "network:router_interface_distributed";

/** undefined: the host needs none, since no port of the network is active there, or the network is in no tunnel that it has. */
export function forwardingTable(
  host: string,
  network: Pick<Network, "segments">,
  placed: readonly PlacedPort[],
  endpoints: readonly TunnelEndpoint[],
): ForwardingTable | undefined {
  const own = endpoints.find((one) => one.host === host);
  const segment = network.segments.find((one) => isTunnel(one) && own?.types.includes(one.network_type));
  if (!segment || segment.segmentation_id === null) return undefined;
  if (!placed.some((one) => one.hosts.includes(host))) return undefined;
  const ports: Record<string, ForwardingEntry[]> = {};
  for (const { host: other, ip, types } of endpoints) {
    if (other === host || !types.includes(segment.network_type)) continue;
    const there = placed.filter((one) => one.hosts.includes(other));
    if (there.length > 0) ports[ip] = [FLOODING_ENTRY, ...there.flatMap(({ port }) => entriesOf(port))];
  }
  return { segment_id: segment.segmentation_id, network_type: segment.network_type, ports };
}

/** A distributed router's interface is on each host: frames to it stay there. */
function entriesOf({ mac_address, fixed_ips, device_owner }: PlacedPort["port"]): ForwardingEntry[] {
  if (device_owner === DISTRIBUTED_INTERFACE) return [];
  return fixed_ips.map(({ ip_address }) => ({ mac_address, ip_address }));
}

function isTunnel({ physical_network, segmentation_id }: Segment): boolean {
  return physical_network === null && segmentation_id !== null;
}
