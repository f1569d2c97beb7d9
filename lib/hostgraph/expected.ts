/** Devices of agents that Neutron bound to this host and the host does not have. */
import type { DeviceNode } from "../api/http.ts";
import type { NeutronPort } from "../api/neutron.ts";
import type { HostContext } from "./context.ts";
import { PORT_ID_LENGTH, portPrefix } from "./names.ts";
import { owned } from "./nodes.ts";

interface Place {
  prefix: string;
  netns: string;
}

/** Where the agents put the device of a port (neutron.agent.l3.router_info, dvr_*, neutron.agent.linux.dhcp). */
function placeOf(port: NeutronPort, context: HostContext): Place | undefined {
  const router = context.names.routers.get(port.device_id);
  switch (port.device_owner) {
    case "network:dhcp":
      return { prefix: "tap", netns: `qdhcp-${port.network_id}` };
    case "network:router_interface":
      return { prefix: "qr-", netns: `qrouter-${port.device_id}` };
    case "network:router_gateway":
      return { prefix: "qg-", netns: `${router?.distributed ? "snat" : "qrouter"}-${port.device_id}` };
    case "network:router_centralized_snat":
      return { prefix: "sg-", netns: `snat-${port.device_id}` };
    case "network:floatingip_agent_gateway":
      return { prefix: "fg-", netns: `fip-${port.network_id}` };
    default:
      return undefined;
  }
}

export function expectedMissing(context: HostContext, drawn: DeviceNode[]): DeviceNode[] {
  const root = context.host.namespaces.find((ns) => ns.name === "root");
  if (!root || root.links.length === 0) return [];
  const present = new Set(drawn.map((node) => portPrefix(node.name)));
  const here = context.cloud.api.ports.filter((port) => port["binding:host_id"] === context.host.name && isBound(port));
  return here.flatMap((port) => {
    const place = placeOf(port, context);
    const prefix = port.id.slice(0, PORT_ID_LENGTH);
    if (!place || present.has(prefix)) return [];
    if (context.names.routers.get(port.device_id)?.admin_state_up === false) return [];
    const network = context.names.networks.get(port.network_id);
    const name = place.prefix + prefix;
    const node: DeviceNode = {
      id: `${place.netns}/${name}`,
      netns: place.netns,
      name,
      kind: place.prefix === "tap" ? "dhcp-port" : "router-port",
      ...owned(network ? { port, network } : { port }, context),
      detail: "not on this host",
      up: false,
      marks: ["expected-missing"],
    };
    return [node];
  });
}

function isBound(port: NeutronPort): boolean {
  const vif = port["binding:vif_type"];
  return port.admin_state_up && vif !== "unbound" && vif !== "binding_failed";
}
