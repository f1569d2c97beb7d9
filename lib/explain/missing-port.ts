/** What of a port that Neutron knows is missing on its host: namespace, device, address, binding. */
import type { NeutronNetwork, NeutronPort, NeutronRouter } from "../api/neutron.ts";
import type { VerdictEvent } from "../datapath/event.ts";
import type { HostState } from "../host/state.ts";
import { named, portOfDevice, portResource } from "./catalog.ts";
import type { Case, Refined } from "./intent.ts";

const ROUTER_OWNERS = /^network:(router|ha_router|floatingip_agent)/;

/** Neutron says that this port exists: what of it is missing on its host? */
export function missingPort(c: Case, v: VerdictEvent, port: NeutronPort): Refined | undefined {
  const resource = portResource(c.catalog, port);
  const hostName = port["binding:host_id"] || namespaceHost(c, port);
  const vif = port["binding:vif_type"];
  if (!hostName && !port.device_owner.startsWith("network:") && vif !== undefined)
    return {
      code: "PORT_NOT_BOUND",
      element: { type: "port", text: `${port.id}: binding:host_id is empty` },
      resource,
    };
  if (vif === "binding_failed")
    return {
      code: "PORT_NOT_BOUND",
      element: { type: "port", text: `${port.id}: binding:vif_type is binding_failed` },
      resource,
    };
  if (ROUTER_OWNERS.test(port.device_owner)) return missingRouterPort(c, v, port);
  const host = hostName ? c.hosts.get(hostName) : undefined;
  if (!host) return undefined;
  if (port.device_owner === "network:dhcp") {
    const name = `qdhcp-${port.network_id}`;
    const ns = host.namespaces.find((n) => n.name === name);
    if (!ns) return missingNamespace(host.name, name, resource, c.catalog.networks.get(port.network_id));
    if (!ns.links.some((l) => l.name.endsWith(port.id.slice(0, 11))))
      return notPlugged(host.name, name, `tap${port.id.slice(0, 11)}`, resource);
    const loose = unplugged(host, name, `tap${port.id.slice(0, 11)}`, resource);
    if (loose) return loose;
  }
  const guest = c.cloud.world.guests.find((g) => g.portId === port.id);
  const root = host.namespaces.find((n) => n.name === "root");
  if (guest && root && !root.links.some((l) => l.name === guest.tap))
    return notPlugged(host.name, "root", guest.tap, resource);
  if (guest && root && host.ovs && root.links.some((l) => l.name === `qbr${port.id.slice(0, 11)}`))
    for (const prefix of ["qvb", "qvo"])
      if (!root.links.some((l) => l.name === `${prefix}${port.id.slice(0, 11)}`))
        return notPlugged(host.name, "root", `${prefix}${port.id.slice(0, 11)}`, resource);
  return undefined;
}

/** @param served what it is there for: while that is down, no agent makes it */
export function missingNamespace(
  host: string,
  name: string,
  resource: Refined["resource"],
  served?: NeutronRouter | NeutronNetwork,
): Refined {
  const why = served?.admin_state_up === false ? ` (${served.name || served.id} has admin_state_up false)` : "";
  return {
    code: "NAMESPACE_MISSING",
    element: { type: "namespace", text: `${name}${why}` },
    ...(resource ? { resource } : {}),
    place: { host, netns: name, device: "lo" },
  };
}

function notPlugged(host: string, netns: string, device: string, resource: Refined["resource"]): Refined {
  return {
    code: "PORT_NOT_PLUGGED",
    element: { type: "link", text: `${device}: no such device on ${host}` },
    ...(resource ? { resource } : {}),
    place: { host, netns, device },
  };
}

/** The device is there, and no bridge of Open vSwitch has it. */
function unplugged(host: HostState, netns: string, device: string, resource: Refined["resource"]): Refined | undefined {
  const bridges = host.ovs?.bridges ?? [];
  if (bridges.length === 0 || bridges.some((b) => b.unread?.includes("ports"))) return undefined;
  const link = host.namespaces.find((n) => n.name === netns)?.links.find((l) => l.name === device);
  if (!link || link.kind === "veth" || bridges.some((b) => b.ports.some((p) => p.name === device))) return undefined;
  return {
    code: "PORT_NOT_PLUGGED",
    element: { type: "ovs-port", bridge: "br-int", text: `Port ${device} is in no bridge` },
    ...(resource ? { resource } : {}),
    place: { host: host.name, netns, device },
  };
}

function namespaceHost(c: Case, port: NeutronPort): string | undefined {
  for (const host of c.cloud.world.hosts)
    for (const ns of host.namespaces) if (ns.links.some((l) => l.name.endsWith(port.id.slice(0, 11)))) return host.name;
  return undefined;
}

/** A router's interface: on the sender's host with a distributed router, else where the router is. */
function missingRouterPort(c: Case, v: VerdictEvent, port: NeutronPort): Refined | undefined {
  const router = c.catalog.routers.get(port.device_id);
  const resource = router ? named("router", router) : portResource(c.catalog, port);
  const snat =
    port.device_owner === "network:router_centralized_snat" ||
    (router?.distributed && port.device_owner === "network:router_gateway");
  const name = port.device_owner.startsWith("network:floatingip_agent")
    ? `fip-${port.network_id}`
    : `${snat ? "snat" : "qrouter"}-${port.device_id}`;
  const distributed = port.device_owner === "network:router_interface_distributed";
  const host = distributed ? v.host : port["binding:host_id"] || routerHost(c, port.device_id);
  const state = host === undefined ? undefined : c.hosts.get(host);
  if (!state || !host) return undefined;
  const ns = state.namespaces.find((n) => n.name === name);
  if (!ns) return missingNamespace(host, name, resource, router);
  const device = `${port.device_owner === "network:router_gateway" ? "qg-" : snat ? "sg-" : name.startsWith("fip-") ? "fg-" : "qr-"}${port.id.slice(0, 11)}`;
  if (!ns.links.some((l) => l.name === device))
    return {
      code: "ROUTER_INTERFACE_MISSING",
      element: { type: "link", text: `${device}: no such device in ${name}` },
      resource,
      place: { host, netns: name, device },
    };
  const missing = port.fixed_ips.find((f) => !ns.addresses.some((a) => a.address === f.ip_address));
  if (!missing) return unplugged(state, name, device, resource);
  return {
    code: "ROUTER_INTERFACE_MISSING",
    element: { type: "link", text: `${device}: has no address ${missing.ip_address}` },
    resource,
    place: { host, netns: name, device },
  };
}

/** The host of a centralised router's other ports; where only one host runs L3 agents, that one. */
export function routerHost(c: Case, routerId: string): string | undefined {
  for (const p of c.catalog.api.ports)
    if (p.device_id === routerId && p["binding:host_id"]) return p["binding:host_id"];
  return undefined;
}

/** A router or DHCP server sends by a device that Open vSwitch does not have. */
export function loosePortOf(c: Case, v: VerdictEvent): Refined | undefined {
  if (v.code !== "NO_CARRIER_PEER" || v.netns === "root") return undefined;
  const host = c.hosts.get(v.host);
  const port = portOfDevice(c.catalog, v.device);
  return host && port ? unplugged(host, v.netns, v.device, portResource(c.catalog, port)) : undefined;
}
