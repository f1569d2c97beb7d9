/** Finds and replaces bridges and ports of a host's switch; what stays as it was keeps its identity. */
import { firstWhere } from "../../first-where.ts";
import { followingNames } from "../../following.ts";
import type { HostState, OvsBridge, OvsPort, OvsState } from "../../state.ts";

export function bridgeNamed(host: HostState, name: string): OvsBridge | undefined {
  return host.ovs?.bridges.find((bridge) => bridge.name === name);
}

export function withOvs(host: HostState, ovs: OvsState): HostState {
  return host.ovs === ovs ? host : { ...host, ovs };
}

/** The host with this bridge in place of the one of its name, or with one more. */
export function withBridge(host: HostState, bridge: OvsBridge): HostState {
  if (!host.ovs) return host;
  const { bridges } = host.ovs;
  const at = bridges.findIndex((b) => b.name === bridge.name);
  if (bridges[at] === bridge) return host;
  return withOvs(host, { ...host.ovs, bridges: at < 0 ? [...bridges, bridge] : bridges.with(at, bridge) });
}

const byName = followingNames<OvsPort>(({ name }) => [name]);

export function portNamed(ports: readonly OvsPort[], name: string): OvsPort | undefined {
  return byName.of(ports).get(name);
}

/** The bridge with this port in place of the one of its name. Ports stand in the order of their names, as collected ones. */
export function withPort(bridge: OvsBridge, port: OvsPort): OvsBridge {
  const found = portNamed(bridge.ports, port.name);
  if (found === port) return bridge;
  const at = found ? bridge.ports.indexOf(found) : firstWhere(bridge.ports, ({ name }) => name > port.name);
  return { ...bridge, ports: bridge.ports.toSpliced(at, found ? 1 : 0, port) };
}
