/** A bare host with br-int, and ports on it as they are once they are wired. */
import type { HostState, Namespace, OvsBridge } from "../../../host/state.ts";
import type { PortView } from "../../view.ts";

const ROOT: Namespace = {
  name: "root",
  ...{ links: [], addresses: [], routes: [], rules: [], neighbours: [], proxies: [], fdb: [], ipsets: [] },
  ...{ conntrack: [], sysctls: {}, listeners: [] },
};

/** @param otherConfig what the agent wrote of the network */
export function wiredHost(
  ports: readonly PortView[],
  otherConfig: Record<string, string> = { tag: "5", network_type: "vxlan", segmentation_id: "10" },
): HostState {
  const bridge: OvsBridge = {
    ...{ name: "br-int", datapathType: "netdev", failMode: "secure", protocols: [], controllers: [] },
    ...{ otherConfig: {}, externalIds: {}, flows: [], groups: [], fdb: [], flowsKnown: true },
    ports: ports.map((port, i) => {
      const name = `tap${port.id.slice(0, 11)}`;
      const externalIds = { "iface-id": port.id, "attached-mac": port.mac };
      const one = { name, type: "", ofport: i + 1, options: {}, externalIds, config: [], state: [] };
      return { name, trunks: [], otherConfig, externalIds: {}, interfaces: [one] };
    }),
  };
  return {
    ...{ name: "compute1", namespaces: [ROOT], dnsmasq: [], config: {}, processes: [], gaps: [] },
    ovs: { otherConfig: {}, externalIds: {}, bridges: [bridge], routes: [], tunnelNeighbours: [] },
  };
}

/** The host without the ports that `kept` does not name. */
export function unplug(host: HostState, kept: readonly PortView[]): HostState {
  const ids = new Set(kept.map((port) => port.id));
  if (!host.ovs) return host;
  const bridges = host.ovs.bridges.map((bridge) => ({
    ...bridge,
    ports: bridge.ports.filter((port) => ids.has(port.interfaces[0]?.externalIds["iface-id"] ?? "")),
  }));
  return { ...host, ovs: { ...host.ovs, bridges } };
}
