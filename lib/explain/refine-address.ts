/** Codes that Neutron's intent tells: who should have had the address that nobody answered for. */
import type { NeutronFloatingIp, NeutronPort, NeutronSubnet } from "../api/neutron.ts";
import type { VerdictEvent } from "../datapath/event.ts";
import { cidrContains } from "../net/address.ts";
import { named, portOfDevice, portResource } from "./catalog.ts";
import type { Case, Refined } from "./intent.ts";
import { brokenPlumbing } from "./plumbing.ts";

const METADATA = "169.254.169.254";
const UNANSWERED = new Set([
  "ARP_UNANSWERED",
  "FDB_STALE",
  "FLOW_DROP",
  "NO_CARRIER_PEER",
  "L2POP_ENTRY_MISSING",
  "NO_FLOW_MATCH",
]);
const ROUTER_OWNERS = /^network:(router|ha_router|floatingip_agent)/;

export function refineAddress(c: Case, v: VerdictEvent): Refined | undefined {
  const to = c.probe.to;
  if (
    to === METADATA &&
    ["GUEST_REFUSED", "ARP_UNANSWERED", "NO_ROUTE", "FIREWALL_DENIED", "NAMESPACE_MISSING"].includes(v.code)
  )
    return { code: "METADATA_UNREACHABLE" };
  return (
    deadPort(c, v) ??
    mapping(c, v) ??
    leftOutside(c, v) ??
    translation(c, v) ??
    (UNANSWERED.has(v.code) ? unanswered(c, v) : undefined) ??
    (v.code === "DHCP_UNREACHABLE" ? unjoined(c) : undefined) ??
    (v.code === "DHCP_NO_SERVER" ? dhcpPort(c, v) : undefined) ??
    (v.code === "NO_ROUTE" ? noRoute(c, v) : undefined)
  );
}

const VAGUE = new Set([...UNANSWERED, "DHCP_UNREACHABLE", "VLAN_MISMATCH"]);

/** A frame came in by a port with a tag that is not its network's: whatever stopped it later, that is the cause. */
function deadPort(c: Case, v: VerdictEvent): Refined | undefined {
  if (!VAGUE.has(v.code)) return undefined;
  for (const f of c.frames) {
    if (f.dir !== "in" || f.netns !== "root") continue;
    for (const bridge of c.hosts.get(f.host)?.ovs?.bridges ?? []) {
      const port = bridge.ports.find((p) => p.name === f.device && p.tag !== undefined);
      if (!port) continue;
      const place = { host: f.host, netns: "root", device: port.name };
      const text = `Port ${port.name} tag: ${port.tag}`;
      if (port.tag === 4095)
        return { code: "DEAD_VLAN", element: { type: "ovs-port", bridge: bridge.name, text }, place };
      // The agent keeps the tag that it chose beside the port (other_config:tag).
      const meant = port.otherConfig.tag;
      if (meant !== undefined && Number(meant) !== port.tag)
        return {
          code: "VLAN_MISMATCH",
          element: { type: "ovs-port", bridge: bridge.name, text: `${text}, the agent chose ${meant}` },
          place,
        };
    }
  }
  return undefined;
}

/** A router sent a packet for a tenant's subnet to the outside: its own way there is missing. */
function leftOutside(c: Case, v: VerdictEvent): Refined | undefined {
  if (v.leg !== "request" && !v.leg.startsWith("resolve")) return undefined;
  const sent = c.frames.filter((f) => f.leg === "request");
  const out = sent.findLast((f) => f.dir === "out" && /^(qg-|fg-)/.test(f.device));
  const dst = out?.packet.ip_dst;
  const subnet = dst === undefined ? undefined : c.catalog.api.subnets.find((s) => cidrContains(s.cidr, dst));
  if (!out || !subnet || c.catalog.networks.get(subnet.network_id)?.["router:external"]) return undefined;
  // The router that should have known: the first namespace that the packet came into.
  const at = sent.find((f) => f.dir === "in" && f.netns.startsWith("qrouter-")) ?? out;
  const routerId = at.netns.replace(/^[a-z]+-/, "");
  const router = c.catalog.routers.get(routerId);
  const port = c.catalog.api.ports.find(
    (p) =>
      p.device_id === routerId &&
      p.fixed_ips.some((f) => f.subnet_id === subnet.id && !p.device_owner.includes("snat")),
  );
  const common = { outcome: "dropped" as const, ...(router ? { resource: named("router", router) } : {}) };
  const place = { host: at.host, netns: at.netns, device: port ? `qr-${port.id.slice(0, 11)}` : out.device };
  if (!port)
    return {
      ...common,
      code: "ROUTER_INTERFACE_MISSING",
      element: { type: "config", text: `no router interface on ${subnet.cidr}` },
      place,
    };
  const links = c.hosts.get(at.host)?.namespaces.find((n) => n.name === at.netns)?.links;
  const link = links?.find((l) => l.name === place.device);
  if (!link)
    return {
      ...common,
      code: "ROUTER_INTERFACE_MISSING",
      element: { type: "link", text: `${place.device}: no such device in ${at.netns}, no route to ${subnet.cidr}` },
      place,
    };
  // A link that goes down takes its connected route with it.
  if (!link.up)
    return {
      ...common,
      code: "LINK_DOWN",
      element: { type: "link", text: `${link.ifindex}: ${link.name}: state DOWN` },
      place,
    };
  return {
    ...common,
    code: "NO_ROUTE",
    element: { type: "route", text: `no route to ${subnet.cidr} in ${at.netns}` },
    place,
  };
}

/** The DHCP agent's port of the sender's network: its namespace or device may be what is missing. */
function dhcpPort(c: Case, v: VerdictEvent): Refined | undefined {
  for (const port of c.catalog.api.ports)
    if (port.device_owner === "network:dhcp" && port.network_id === c.from.port?.network_id) {
      const found = missingPort(c, v, port);
      if (found) return found;
    }
  return undefined;
}

/** The bridges of an end's host are not joined as they should be. */
function unjoined(c: Case): Refined | undefined {
  if (c.from.guest && c.to?.guest && c.from.guest.host === c.to.guest.host) return undefined;
  for (const end of [c.from, c.to]) {
    const host = end?.guest && c.hosts.get(end.guest.host);
    const network = end?.port && c.catalog.networks.get(end.port.network_id);
    const broken = host && network && brokenPlumbing(host, network);
    if (broken)
      return {
        code: "NO_CARRIER_PEER",
        element: broken.element,
        resource: named("network", network),
        place: { host: host.name, netns: "root", device: broken.bridge },
      };
  }
  return undefined;
}

/** A flat or VLAN network on a host without a bridge for it. */
function mapping(c: Case, v: VerdictEvent): Refined | undefined {
  if (!UNANSWERED.has(v.code) && v.code !== "DHCP_UNREACHABLE") return undefined;
  for (const end of [c.from, c.to]) {
    const network = end?.port && c.catalog.networks.get(end.port.network_id);
    const physical = network?.["provider:physical_network"];
    const hostName = end?.guest?.host;
    const host = hostName === undefined ? undefined : c.hosts.get(hostName);
    if (!network || !physical || !host?.ovs) continue;
    const settings = Object.entries(host.config).flatMap(([file, s]) =>
      s.ovs ? [{ file, mappings: s.ovs.bridge_mappings ?? "" }] : [],
    );
    const [setting] = settings;
    if (!setting) continue;
    const pair = setting.mappings
      .split(",")
      .map((p) => p.trim().split(":"))
      .find(([net]) => net === physical);
    const missing = pair ? !host.ovs.bridges.some((b) => b.name === pair[1]) : true;
    if (!missing) continue;
    const text = pair
      ? `bridge ${pair[1]} of physical network ${physical} does not exist`
      : `${setting.file}: bridge_mappings = ${setting.mappings} (no ${physical})`;
    return {
      code: "BRIDGE_MAPPING_MISSING",
      element: { type: "config", text },
      resource: named("network", network),
      place: { host: host.name, netns: "root", device: pair?.[1] ?? "br-int" },
    };
  }
  return undefined;
}

/** A private address outside, or a floating one that nobody turned back. */
function translation(c: Case, v: VerdictEvent): Refined | undefined {
  const last = v.leg === "reply" ? c.frames.findLast((f) => f.leg === "request") : c.last;
  const packet = last?.packet;
  const dst = packet?.ip_dst;
  const floating = dst === undefined ? undefined : c.catalog.floatingByAddress.get(dst);
  if (floating?.port_id && v.leg === "request" && /^(qrouter|snat|fip)-/.test(v.netns) && v.code === "NO_ROUTE")
    return {
      code: "NAT_MISSING",
      element: {
        type: "config",
        text: `no DNAT of ${floating.floating_ip_address} to ${floating.fixed_ip_address} in ${v.netns}`,
      },
      resource: { type: "floatingip", id: floating.id, name: floating.floating_ip_address },
    };
  const src = packet?.ip_src;
  if (
    !src ||
    !(v.outcome === "exited" || (v.leg === "reply" && (v.code === "NO_ROUTE" || v.code === "ARP_UNANSWERED")))
  )
    return undefined;
  const seen = c.frames.filter((f) => f.leg === "request");
  const out = seen.findLast((f) => f.dir === "out" && /^(qg-|fg-|rfp-)/.test(f.device) && f.packet.ip_src === src);
  const owner = c.catalog.portsByAddress.get(src)?.find((p) => p.device_owner.startsWith("compute:"));
  if (!out || !owner) return undefined;
  const fip = c.catalog.api.floatingIps.find((f) => f.port_id === owner.id);
  const text = `no SNAT of ${src} in ${out.netns}: it left by ${out.device} as it was`;
  const place = { host: out.host, netns: out.netns, device: out.device };
  if (fip)
    return {
      code: "NAT_MISSING",
      outcome: "dropped",
      element: { type: "config", text },
      resource: { type: "floatingip", id: fip.id, name: fip.floating_ip_address },
      place,
    };
  const routerId = /-([0-9a-f-]{36})$/.exec(out.netns)?.[1];
  const router = routerId === undefined ? undefined : c.catalog.routers.get(routerId);
  return {
    code: "NAT_MISSING",
    outcome: "dropped",
    element: { type: "config", text },
    ...(router ? { resource: named("router", router) } : {}),
    place,
  };
}

/** The address that the last question was about, or that the last frame was for. */
function wantedAddress(c: Case, v: VerdictEvent): string | undefined {
  if (v.code === "ARP_UNANSWERED" && v.element?.type === "neighbour") return v.element.text.split(" ")[0];
  return c.last?.packet.arp_tpa ?? undefined;
}

function unanswered(c: Case, v: VerdictEvent): Refined | undefined {
  const own = c.from.port && !v.leg.endsWith("reply") ? missingPort(c, v, c.from.port) : undefined;
  if (own) return own;
  const joints = unjoined(c);
  if (joints) return joints;
  const address = wantedAddress(c, v);
  if (address !== undefined) {
    const floating = c.catalog.floatingByAddress.get(address);
    const homeless = floating && floatingNamespace(c, floating);
    if (homeless) return homeless;
    if (floating)
      return {
        code: "FLOATING_IP_NOT_CONFIGURED",
        element: {
          type: "config",
          text: floating.port_id ? `${address} is on no router` : `${address} is associated with no port`,
        },
        resource: { type: "floatingip", id: floating.id, name: floating.floating_ip_address },
      };
    const wrong = wrongGateway(c, v, address);
    if (wrong) return wrong;
  }
  const ports =
    address === undefined
      ? [c.last ? c.catalog.portByMac.get(c.last.packet.eth_dst) : undefined].filter((p) => p !== undefined)
      : portsFor(c, v, address);
  for (const port of ports) {
    const found = missingPort(c, v, port);
    if (found) return found;
  }
  if (address === undefined || ports.length > 0) return undefined;
  const subnet = askedSubnet(c, v, address);
  if (subnet?.gateway_ip === address)
    return {
      code: "ROUTER_INTERFACE_MISSING",
      element: {
        type: "config",
        text: `no router has an interface on ${subnet.cidr}: nobody has its gateway ${address}`,
      },
      resource: named("subnet", subnet),
    };
  const network = subnet && c.catalog.networks.get(subnet.network_id);
  if (network?.["router:external"] && v.leg.startsWith("resolve"))
    return { code: "EXITED_PHYSICAL_NETWORK", outcome: "exited" };
  return undefined;
}

/** The namespace that ought to answer for a floating IP is not there. */
function floatingNamespace(c: Case, floating: NeutronFloatingIp): Refined | undefined {
  const router = floating.router_id ? c.catalog.routers.get(floating.router_id) : undefined;
  const port = floating.port_id ? c.catalog.ports.get(floating.port_id) : undefined;
  if (!router || !port) return undefined;
  const resource = { type: "floatingip" as const, id: floating.id, name: floating.floating_ip_address };
  const hostName = router.distributed ? port["binding:host_id"] : routerHost(c, router.id);
  const host = hostName ? c.hosts.get(hostName) : undefined;
  if (!host) return undefined;
  const wanted = router.distributed
    ? [`fip-${floating.floating_network_id}`, `qrouter-${router.id}`]
    : [`qrouter-${router.id}`];
  const missing = wanted.find((name) => !host.namespaces.some((n) => n.name === name));
  if (missing !== undefined) return missingNamespace(host.name, missing, resource);
  const ns = host.namespaces.find((n) => n.name === wanted[0]);
  const fg = ns?.links.find((l) => l.name.startsWith("fg-"));
  if (!ns || !fg) return undefined;
  const place = { host: host.name, netns: ns.name, device: fg.name };
  const code = "FLOATING_IP_NOT_CONFIGURED";
  const name = floating.floating_ip_address;
  if (!ns.routes.some((r) => r.dst === `${name}/32` || r.dst === name))
    return { code, element: { type: "route", text: `no route to ${name} in ${ns.name}` }, resource, place };
  // The fip namespace answers ARP for what it has a route to (net.ipv4.conf.<fg>.proxy_arp).
  const key = `net.ipv4.conf.${fg.name}.proxy_arp`;
  const on = ns.sysctls[key] === "1" || ns.sysctls["net.ipv4.conf.all.proxy_arp"] === "1";
  return on
    ? undefined
    : { code, element: { type: "sysctl", text: `${key} = ${ns.sysctls[key] ?? "0"}` }, resource, place };
}

/** Ports with that address on the network where it was asked for. */
function portsFor(c: Case, v: VerdictEvent, address: string): NeutronPort[] {
  const network = askedNetwork(c, v);
  return (c.catalog.portsByAddress.get(address) ?? []).filter((p) => network === undefined || p.network_id === network);
}

function askedNetwork(c: Case, v: VerdictEvent): string | undefined {
  const port = portOfDevice(c.catalog, v.device);
  if (port) return port.network_id;
  return v.leg.startsWith("arp") ? c.from.port?.network_id : undefined;
}

function askedSubnet(c: Case, v: VerdictEvent, address: string): NeutronSubnet | undefined {
  const network = askedNetwork(c, v);
  return c.catalog.api.subnets.find(
    (s) => (network === undefined || s.network_id === network) && cidrContains(s.cidr, address),
  );
}

/** A router that asks on its external side for something that is not the subnet's gateway. */
function wrongGateway(c: Case, v: VerdictEvent, address: string): Refined | undefined {
  if (!/^(qg-|fg-)/.test(v.device) || address === c.probe.to) return undefined;
  const ns = c.hosts.get(v.host)?.namespaces.find((n) => n.name === v.netns);
  const route = ns?.routes.find((r) => r.dst === "0.0.0.0/0" && r.via === address && r.dev === v.device);
  const port = portOfDevice(c.catalog, v.device);
  const subnet = c.catalog.api.subnets.find((s) => s.id === port?.fixed_ips[0]?.subnet_id);
  if (!route || !subnet || subnet.gateway_ip === address) return undefined;
  return {
    code: "GATEWAY_MISSING",
    element: { type: "route", text: `default via ${address} dev ${v.device}` },
    resource: named("subnet", subnet),
  };
}

/** Neutron says that this port exists: what of it is missing on its host? */
function missingPort(c: Case, v: VerdictEvent, port: NeutronPort): Refined | undefined {
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
    if (!ns) return missingNamespace(host.name, name, resource);
    if (!ns.links.some((l) => l.name.endsWith(port.id.slice(0, 11))))
      return notPlugged(host.name, name, `tap${port.id.slice(0, 11)}`, resource);
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

function missingNamespace(host: string, name: string, resource: Refined["resource"]): Refined {
  return {
    code: "NAMESPACE_MISSING",
    element: { type: "namespace", text: name },
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
  if (!ns) return missingNamespace(host, name, resource);
  const device = `${port.device_owner === "network:router_gateway" ? "qg-" : snat ? "sg-" : name.startsWith("fip-") ? "fg-" : "qr-"}${port.id.slice(0, 11)}`;
  if (!ns.links.some((l) => l.name === device))
    return {
      code: "ROUTER_INTERFACE_MISSING",
      element: { type: "link", text: `${device}: no such device in ${name}` },
      resource,
      place: { host, netns: name, device },
    };
  const missing = port.fixed_ips.find((f) => !ns.addresses.some((a) => a.address === f.ip_address));
  if (!missing || distributed) return undefined;
  return {
    code: "ROUTER_INTERFACE_MISSING",
    element: { type: "link", text: `${device}: has no address ${missing.ip_address}` },
    resource,
    place: { host, netns: name, device },
  };
}

/** The host of a centralised router's other ports; where only one host runs L3 agents, that one. */
function routerHost(c: Case, routerId: string): string | undefined {
  for (const p of c.catalog.api.ports)
    if (p.device_id === routerId && p["binding:host_id"]) return p["binding:host_id"];
  return undefined;
}

function noRoute(c: Case, v: VerdictEvent): Refined | undefined {
  const dst = (v.leg === "reply" ? undefined : c.probe.to) ?? c.last?.packet.ip_dst;
  if (dst === undefined) return undefined;
  const routerId = /^(?:qrouter|snat)-([0-9a-f-]{36})$/.exec(v.netns)?.[1];
  const router = routerId === undefined ? undefined : c.catalog.routers.get(routerId);
  const target = c.catalog.api.subnets.find((s) => cidrContains(s.cidr, dst));
  const external = target && c.catalog.networks.get(target.network_id)?.["router:external"];
  if (router) {
    const resource = named("router", router);
    const attached = c.catalog.api.ports.some(
      (p) => p.device_id === router.id && p.fixed_ips.some((f) => f.subnet_id === target?.id),
    );
    if (target && !external && !attached)
      return {
        code: "ROUTER_INTERFACE_MISSING",
        element: { type: "config", text: `${router.name} has no interface on ${target.cidr}` },
        resource,
      };
    if (target && !external)
      return {
        code: "ROUTER_INTERFACE_MISSING",
        element: { type: "route", text: `no route to ${target.cidr} in ${v.netns}` },
        resource,
      };
    const text = router.external_gateway_info
      ? `no default route in ${v.netns}`
      : `${router.name} has no external gateway`;
    return { code: "GATEWAY_MISSING", element: { type: "route", text }, resource };
  }
  if (!v.netns.startsWith("guest:") || !c.from.port || v.leg === "reply") return undefined;
  const subnet = c.catalog.subnets.get(c.from.port.fixed_ips[0]?.subnet_id ?? "");
  if (!subnet || subnet.gateway_ip) return undefined;
  return {
    code: "GATEWAY_MISSING",
    element: { type: "config", text: `subnet ${subnet.cidr} has no gateway_ip` },
    resource: named("subnet", subnet),
  };
}
