/**
 * Tunnel ports: with l2population to each host that has a port of a network that is here too, else to every host.
 * Source: ovs_neutron_agent.py fdb_add, tunnel_sync, setup_tunnel_port, cleanup_tunnel_port.
 */
import { bridgeNamed } from "../../host/command/ovs/bridges.ts";
import type { VsctlStep } from "../../host/command/ovs/vsctl-command.ts";
import type { HostState, OvsPort } from "../../host/state.ts";
import { parseIpv4 } from "../../net/address.ts";
import { TUN_TO_LV, type TunnelType } from "../../net/neutron-tables.ts";
import { transact } from "./create-bridge.ts";
import { TUNNEL_BRIDGE, tunnelPort } from "./names.ts";
import { segmentOf } from "./segment.ts";
import type { Wiring } from "./wiring.ts";

interface Endpoint {
  readonly type: TunnelType;
  readonly ip: string;
}

/** The host with the tunnel ports that it needs, and no others of the agent's. */
export function tunnelPorts(wiring: Wiring): HostState {
  const { settings } = wiring.view;
  const { localIp } = settings;
  if (!wiring.tunnel || localIp === undefined) return wiring.host;
  const { ports } = wiring.tunnel.bridge;
  const wanted = new Map<string, Endpoint>();
  for (const end of endpoints(wiring))
    if (settings.tunnelTypes.includes(end.type)) wanted.set(tunnelPort(end.type, end.ip), end);
  const stale = ports.filter((port) => isAgents(port) && !wanted.has(port.name));
  const there = new Set(ports.map((port) => port.name));
  const steps = [
    ...stale.map((port) => ({ kind: "del-port", ifExists: true, bridge: TUNNEL_BRIDGE, port: port.name }) as const),
    ...[...wanted].flatMap(([name, end]) => (there.has(name) ? [] : addTunnel(name, end, localIp))),
  ];
  return steps.length === 0 ? wiring.host : transact(wiring.host, steps);
}

function addTunnel(name: string, end: Endpoint, localIp: string): VsctlStep[] {
  const options = Object.entries(optionsOf(end, localIp)).map(([key, value]) => ({ column: "options", key, value }));
  const settings = [{ column: "type", value: ovsType(end) }, ...options];
  return [
    { kind: "add-port", mayExist: true, bridge: TUNNEL_BRIDGE, port: name, settings: [] },
    { kind: "set", ifExists: false, table: "Interface", record: name, settings },
  ];
}

/** The bridge as it is now, with the tunnel ports in it: remote address → port number. */
export function tunnelNumbers(host: HostState, type: TunnelType): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const port of bridgeNamed(host, TUNNEL_BRIDGE)?.ports ?? []) {
    const one = port.interfaces[0];
    const remote = one?.options.remote_ip;
    if (remote === undefined || one?.ofport === undefined || port.name !== tunnelPort(type, remote)) continue;
    numbers.set(remote, one.ofport);
  }
  return numbers;
}

function endpoints({ view, networks }: Wiring): Endpoint[] {
  if (!view.settings.l2Population) return view.tunnelPeers.map(({ type, ip }) => ({ type, ip }));
  const types = new Map<string, TunnelType>();
  for (const { network } of networks) {
    const segment = segmentOf(network);
    if (segment.kind === "tunnel") types.set(network.id, segment.type);
  }
  // Many ports are behind one address.
  const ends = new Map<TunnelType, Map<string, Endpoint>>();
  for (const { networkId, tunnelIp: ip } of view.remotePorts) {
    const type = types.get(networkId);
    if (type === undefined) continue;
    const known = ends.get(type) ?? new Map<string, Endpoint>();
    if (!known.has(ip)) ends.set(type, known.set(ip, { type, ip }));
  }
  return [...ends.values()].flatMap((one) => [...one.values()]);
}

/** By its name: an administrator's tunnel port stays. */
function isAgents(port: OvsPort): boolean {
  const remote = port.interfaces[0]?.options.remote_ip;
  if (remote === undefined) return false;
  return (Object.keys(TUN_TO_LV) as TunnelType[]).some((type) => port.name === tunnelPort(type, remote)); // Its keys.
}

/** agent/common/ovs_lib.py get_gre_tunnel_port_type */
function ovsType({ type, ip }: Endpoint): string {
  return type === "gre" && parseIpv4(ip) === undefined ? "ip6gre" : type;
}

function optionsOf(end: Endpoint, localIp: string): Record<string, string> {
  return {
    df_default: "true",
    egress_pkt_mark: "0",
    in_key: "flow",
    local_ip: localIp,
    out_key: "flow",
    ...(ovsType(end) === "ip6gre" ? { packet_type: "legacy_l2" } : {}),
    remote_ip: end.ip,
  };
}
