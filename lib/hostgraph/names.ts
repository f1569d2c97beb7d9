/** Who is behind a device name, a MAC, an address, a local VLAN: Neutron's objects by every handle that a host prints. */
import type { CloudApi, NeutronNetwork, NeutronPort, NeutronRouter, NovaServer } from "../api/neutron.ts";
import type { HostState } from "../host/state.ts";
import type { Guest, World } from "../host/world.ts";

/** Device names hold this many characters of a port's id (neutron_lib.constants.DEVICE_NAME_MAX_LEN less the prefix). */
export const PORT_ID_LENGTH = 11;
/** Prefixes of devices that are named after a port: os-vif, the L3, DHCP and Linux bridge agents. */
const PORT_DEVICE = /^(?:tap|qvo|qvb|qbr|qr-|qg-|sg-|fg-|ha-|ns-|vhu|spt-|spi-|tpt-|tpi-)([0-9a-f]{8}-[0-9a-f]{2})/;
/** rfp-, fpr- (DVR's link between qrouter and fip) carry ten characters of the router's id. */
const ROUTER_DEVICE = /^(?:rfp-|fpr-)([0-9a-f]{8}-[0-9a-f]?)/;

export interface Names {
  ports: Map<string, NeutronPort>;
  portsByPrefix: Map<string, NeutronPort>;
  networks: Map<string, NeutronNetwork>;
  routers: Map<string, NeutronRouter>;
  servers: Map<string, NovaServer>;
  guestsByPort: Map<string, Guest>;
  /** Addresses and MACs, in lower case → ports (a MAC or address may be used in several networks). */
  byMac: Map<string, NeutronPort[]>;
  byAddress: Map<string, NeutronPort[]>;
  /** VNI or GRE key → network. */
  byTunnelKey: Map<number, NeutronNetwork>;
  /** Tunnel end address → host. */
  tunnelHosts: Map<string, string>;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Indexes the API's answers once a cloud; O(objects). */
export function namesOf(api: CloudApi, world: World): Names {
  const byMac = new Map<string, NeutronPort[]>();
  const byAddress = new Map<string, NeutronPort[]>();
  for (const port of api.ports) {
    push(byMac, port.mac_address.toLowerCase(), port);
    for (const ip of port.fixed_ips) push(byAddress, ip.ip_address, port);
  }
  const byTunnelKey = new Map<number, NeutronNetwork>();
  for (const network of api.networks) {
    const key = network["provider:segmentation_id"];
    const type = network["provider:network_type"];
    if (typeof key === "number" && (type === "vxlan" || type === "gre" || type === "geneve")) {
      byTunnelKey.set(key, network);
    }
  }
  const tunnelHosts = new Map<string, string>();
  for (const host of world.hosts) {
    const address = tunnelAddressOf(host, api);
    if (address) tunnelHosts.set(address, host.name);
  }
  for (const agent of api.agents) {
    const address = agent.configurations?.tunneling_ip;
    if (typeof address === "string" && address !== "") tunnelHosts.set(address, agent.host);
  }
  return {
    ports: new Map(api.ports.map((p) => [p.id, p])),
    portsByPrefix: new Map(api.ports.map((p) => [p.id.slice(0, PORT_ID_LENGTH), p])),
    networks: new Map(api.networks.map((n) => [n.id, n])),
    routers: new Map(api.routers.map((r) => [r.id, r])),
    servers: new Map(api.servers.map((s) => [s.id, s])),
    guestsByPort: new Map(world.guests.map((g) => [g.portId, g])),
    byMac,
    byAddress,
    byTunnelKey,
    tunnelHosts,
  };
}

/** What the agent's file says, else what the agent reported to Neutron, else a tunnel port's own local_ip. */
export function tunnelAddressOf(host: HostState, api: CloudApi): string | undefined {
  for (const file of Object.values(host.config)) {
    const local = file.ovs?.local_ip ?? file.vxlan?.local_ip;
    if (local) return local;
  }
  for (const agent of api.agents) {
    const address = agent.host === host.name ? agent.configurations?.tunneling_ip : undefined;
    if (typeof address === "string" && address !== "") return address;
  }
  for (const bridge of host.ovs?.bridges ?? []) {
    for (const port of bridge.ports) {
      const local = port.interfaces[0]?.options.local_ip;
      if (local) return local;
    }
  }
  return undefined;
}

/** The first characters of the port id that a device is named after; undefined for any other name. */
export function portPrefix(device: string): string | undefined {
  return PORT_DEVICE.exec(device)?.[1];
}

/** The first characters of the router id that a DVR link is named after. */
export function routerPrefix(device: string): string | undefined {
  return ROUTER_DEVICE.exec(device)?.[1];
}

/** What a namespace serves: the text after the agent's prefix. */
export function namespaceOwner(netns: string): { kind: "router" | "network"; id: string } | undefined {
  const router = /^(?:qrouter|snat)-(.+)$/.exec(netns)?.[1];
  if (router) return { kind: "router", id: router };
  const network = /^(?:qdhcp|fip|ovnmeta)-(.+)$/.exec(netns)?.[1];
  if (network) return { kind: "network", id: network };
  return undefined;
}

/** A port in words: its instance, or what it does for whom. */
export function portTitle(port: NeutronPort, names: Names): string {
  const guest = names.guestsByPort.get(port.id);
  if (guest) return guest.name;
  const network = names.networks.get(port.network_id)?.name || port.network_id.slice(0, 8);
  const router = names.routers.get(port.device_id)?.name;
  switch (port.device_owner) {
    case "network:dhcp":
      return `DHCP of ${network}`;
    case "network:router_gateway":
      return `${router ?? "router"} gateway`;
    case "network:router_centralized_snat":
      return `${router ?? "router"} SNAT on ${network}`;
    case "network:floatingip_agent_gateway":
      return `floating IP gateway on ${network}`;
    case "network:floatingip":
      return "floating IP";
    default:
      if (port.device_owner.startsWith("network:router_") || port.device_owner.startsWith("network:ha_router_")) {
        return `${router ?? "router"} on ${network}`;
      }
      return names.servers.get(port.device_id)?.name || port.name || `port ${port.id.slice(0, 8)}`;
  }
}

/** Local VLAN tag → network id, on one host: what the agent wrote beside each port, else the port behind the device. */
export function localVlans(host: HostState, names: Names): Map<number, string> {
  const result = new Map<number, string>();
  for (const bridge of host.ovs?.bridges ?? []) {
    // On a trunk's own bridge tags are the guest's.
    if (bridge.name.startsWith("tbr-")) continue;
    for (const port of bridge.ports) {
      if (port.tag === undefined || port.tag === DEAD_VLAN || result.has(port.tag)) continue;
      const id = port.otherConfig.net_uuid ?? ovsPortOwner(port, names)?.network_id;
      if (id) result.set(port.tag, id);
    }
  }
  return result;
}

/** The tag that Neutron's agent gives to a port it could not bind (neutron.plugins.ml2…ovs_neutron_agent DEAD_VLAN_TAG). */
export const DEAD_VLAN = 4095;

interface OvsPortLike {
  name: string;
  interfaces: { externalIds: Record<string, string> }[];
}

/** The Neutron port of an OVS port: by `iface-id`, else by name. */
export function ovsPortOwner(port: OvsPortLike, names: Names): NeutronPort | undefined {
  const id = port.interfaces[0]?.externalIds["iface-id"];
  if (id) {
    const known = names.ports.get(id);
    if (known) return known;
  }
  const prefix = portPrefix(port.name);
  return prefix ? names.portsByPrefix.get(prefix) : undefined;
}
