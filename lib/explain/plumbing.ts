/** Whether a host's bridges are joined as its agent joins them: br-int by patch ports to br-tun and to each mapped bridge. */
import type { NeutronNetwork } from "../api/neutron.ts";
import type { Element } from "../datapath/event.ts";
import type { HostState, OvsBridge, OvsInterface } from "../host/state.ts";
import { bridgeRole } from "./tables.ts";

export interface Plumbing {
  code: "NO_CARRIER_PEER" | "BRIDGE_MAPPING_MISSING";
  bridge: string;
  element: Element;
}

/** What is missing between br-int and the wire for this network; undefined when all is there. */
export function brokenPlumbing(host: HostState, network: NeutronNetwork): Plumbing | undefined {
  const bridges = host.ovs?.bridges ?? [];
  const integration = bridges.find((b) => bridgeRole(host, b.name) === "integration");
  if (!integration) return undefined;
  const type = network["provider:network_type"];
  const uplink =
    type === "vlan" || type === "flat" ? mapped(host, bridges, network) : tunnelBridge(host, bridges, type);
  if (!uplink) return undefined;
  const crossed = type === "vlan" || type === "flat" ? elsewhere(bridges, integration, uplink) : undefined;
  if (crossed) return crossed;
  const from = patches(integration).find((i) => patches(uplink).some((o) => o.name === i.options.peer));
  if (!from) {
    const there = patches(uplink).some((o) => patches(integration).some((i) => o.options.peer === i.name));
    const at = there ? uplink : integration;
    return {
      code: "NO_CARRIER_PEER",
      bridge: at.name,
      element: { type: "ovs-bridge", text: `${integration.name}: no patch port to ${uplink.name}` },
    };
  }
  if (type !== "vlan" && type !== "flat") return undefined;
  const wired = interfaces(uplink).some((i) => i.type !== "patch" && i.type !== "internal" && i.name !== uplink.name);
  if (wired) return undefined;
  const element: Element = { type: "ovs-bridge", text: `${uplink.name}: no port of a network card` };
  return { code: "NO_CARRIER_PEER", bridge: uplink.name, element };
}

/** The agent's patch port for this bridge leads to another one (ovs_neutron_agent.py, setup_physical_bridges: int-BRIDGE). */
function elsewhere(bridges: OvsBridge[], integration: OvsBridge, uplink: OvsBridge): Plumbing | undefined {
  const patch = patches(integration).find((i) => i.name === `int-${uplink.name}`);
  const other = bridges.find((b) => b !== uplink && patches(b).some((o) => o.name === patch?.options.peer));
  if (!patch || !other) return undefined;
  const text = `Interface ${patch.name} options:peer=${patch.options.peer}, which is in ${other.name}`;
  const element: Element = { type: "ovs-port", bridge: integration.name, text };
  return { code: "BRIDGE_MAPPING_MISSING", bridge: integration.name, element };
}

function interfaces(bridge: OvsBridge): OvsInterface[] {
  return bridge.ports.flatMap((p) => p.interfaces);
}

function patches(bridge: OvsBridge): OvsInterface[] {
  return interfaces(bridge).filter((i) => i.type === "patch");
}

function mapped(host: HostState, bridges: OvsBridge[], network: NeutronNetwork): OvsBridge | undefined {
  for (const file of Object.values(host.config))
    for (const pair of (file.ovs?.bridge_mappings ?? "").split(",")) {
      const [physical, bridge] = pair.trim().split(":");
      if (physical === network["provider:physical_network"]) return bridges.find((b) => b.name === bridge);
    }
  return undefined;
}

function tunnelBridge(host: HostState, bridges: OvsBridge[], type: string | null | undefined): OvsBridge | undefined {
  if (type !== "vxlan" && type !== "gre" && type !== "geneve") return undefined;
  return bridges.find((b) => bridgeRole(host, b.name) === "tunnel");
}
