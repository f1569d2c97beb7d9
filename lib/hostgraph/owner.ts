/** The Neutron port and network behind a device. */
import type { NeutronNetwork, NeutronPort } from "../api/neutron.ts";
import { type HostContext, linkOf, plugOf } from "./context.ts";
import { DEAD_VLAN, namespaceOwner, ovsPortOwner, portPrefix } from "./names.ts";

export interface Owner {
  port?: NeutronPort;
  network?: NeutronNetwork;
  tag?: number;
}

/** By OVS's own record first (iface-id, tag), then by name, then by the bridge that the device is a port of. */
export function ownerOf(context: HostContext, netns: string, name: string): Owner {
  const { names } = context;
  const owner: Owner = {};
  const plug = plugOf(context, netns, name);
  if (plug?.port.tag !== undefined) owner.tag = plug.port.tag;
  const prefix = portPrefix(name);
  const port = (plug && ovsPortOwner(plug.port, names)) ?? (prefix ? names.portsByPrefix.get(prefix) : undefined);
  if (port) owner.port = port;
  const networkId = port?.network_id ?? networkByWiring(context, netns, name, owner.tag);
  const network = networkId ? names.networks.get(networkId) : undefined;
  if (network) owner.network = network;
  return owner;
}

function networkByWiring(context: HostContext, netns: string, name: string, tag: number | undefined) {
  if (tag !== undefined && tag !== DEAD_VLAN) {
    const known = context.vlans.get(tag);
    if (known) return known;
  }
  const link = linkOf(context, netns, name);
  // The Linux bridge agent names a bridge brq + the first 11 characters of the network's id.
  const bridge = /^brq/.test(name) ? name : link?.master;
  const brq = bridge ? /^brq(.+)$/.exec(bridge)?.[1] : undefined;
  if (brq) {
    for (const id of context.names.networks.keys()) if (id.startsWith(brq)) return id;
  }
  if (link?.tunnel?.key !== undefined && link.kind === "vxlan") {
    const known = context.names.byTunnelKey.get(link.tunnel.key);
    if (known) return known.id;
  }
  const served = namespaceOwner(netns);
  return served?.kind === "network" && name !== "lo" && netns.startsWith("qdhcp-") ? served.id : undefined;
}
