/** Guests, each as its Neutron port describes it. What is inside a guest is never looked at. */
import type { CloudApi, NeutronPort, NeutronSubnet } from "../api/neutron.ts";
import type { DnsmasqInstance, Gap, HostState } from "../host/state.ts";
import type { Guest } from "../host/world.ts";
import { parseCidr } from "../net/address.ts";
import { linkLocalAddress } from "../net/eui64.ts";
import { API } from "./api.ts";
import { GapLog } from "./gaps.ts";

const PORTS = "ports.json";
const ROUTER_INTERFACE = /^network:(router_interface|ha_router_replicated_interface)/;
/** Linux names of tap devices: `tap` and as much of the port id as fits (neutron_lib.constants.DEVICE_NAME_MAX_LEN). */
const TAP_ID_LENGTH = 11;

export function deriveGuests(
  api: CloudApi,
  hosts: readonly HostState[],
  hostOf: (name: string) => string | undefined,
): { guests: Guest[]; subports: Guest[]; gaps: Gap[] } {
  const log = new GapLog(API);
  const byName = new Map(hosts.map((host) => [host.name, host]));
  const networks = new Map(api.networks.map((network) => [network.id, network]));
  const subnets = new Map(api.subnets.map((subnet) => [subnet.id, subnet]));
  const routers = routerMacs(api);
  const servers = new Map(api.servers.map((server) => [server.id, server]));
  const dnsmasq = new Map(
    hosts.flatMap((host) => host.dnsmasq.filter((d) => d.running).map((d) => [d.networkId, d] as const)),
  );
  const plugged = new Map(hosts.map((host) => [host.name, pluggedPorts(host)]));
  const guests: Guest[] = [];
  for (const port of api.ports) {
    if (port.device_owner === "trunk:subport") continue;
    // Only an administrator's answers tell the host; the device tells it, too. An empty one is that of an unbound port.
    const bound = port["binding:host_id"] ?? hosts.find((h) => tapOf(port, h, plugged.get(h.name)).found)?.name;
    if (bound === undefined && port.device_owner.startsWith("compute:"))
      log.add(PORTS, `port ${port.id} does not tell its host, and no host has its device`);
    if (bound === undefined || bound === "") continue;
    const host = hostOf(bound);
    const tap = tapOf(
      port,
      host === undefined ? undefined : byName.get(host),
      host === undefined ? undefined : plugged.get(host),
    );
    if (!port.device_owner.startsWith("compute:") && !(tap.found && isGuestOwner(port.device_owner))) continue;
    if (host === undefined) log.add(PORTS, `port ${port.id} is bound to host ${bound}, which the bundle does not have`);
    const network = networks.get(port.network_id);
    if (!network)
      log.add(PORTS, `port ${port.id}: its network ${port.network_id} is unknown, and so is its MTU; 1500 is assumed`);
    const server = servers.get(port.device_id);
    const guest: Guest = {
      name: server?.name || port.name || port.id,
      host: host ?? bound,
      portId: port.id,
      networkId: port.network_id,
      projectId: port.project_id,
      tap: tap.name,
      mac: port.mac_address.toLowerCase(),
      fixedIps: [],
      mtu: network?.mtu ?? 1500,
      hostRoutes: [],
      adminUp: port.admin_state_up,
    };
    if (port.device_owner.startsWith("compute:") && port.device_id !== "") guest.serverId = port.device_id;
    addAddresses(guest, port, { subnets, routers, dnsmasq: dnsmasq.get(port.network_id), log });
    guests.push(guest);
  }
  const subports: Guest[] = [];
  for (const [guest, port] of onTrunks(api, guests, log)) {
    guest.mtu = networks.get(port.network_id)?.mtu ?? guest.mtu;
    addAddresses(guest, port, { subnets, routers, dnsmasq: dnsmasq.get(port.network_id), log });
    subports.push(guest);
  }
  return { guests, subports, gaps: log.gaps };
}

/** The VLAN devices that guests have for their trunks' subports. */
function* onTrunks(api: CloudApi, guests: readonly Guest[], log: GapLog): Generator<[Guest, NeutronPort]> {
  const ports = new Map(api.ports.map((port) => [port.id, port]));
  const parents = new Map(guests.map((guest) => [guest.portId, guest]));
  const known = new Set<string>();
  for (const trunk of api.trunks ?? [])
    for (const { port_id, segmentation_id } of trunk.sub_ports) {
      const [port, parent] = [ports.get(port_id), parents.get(trunk.port_id)];
      known.add(port_id);
      if (!port || !parent) continue;
      const own = { portId: port.id, networkId: port.network_id, mac: port.mac_address.toLowerCase() };
      const adminUp = parent.adminUp && port.admin_state_up;
      yield [{ ...parent, ...own, vlan: segmentation_id, fixedIps: [], hostRoutes: [], adminUp }, port];
    }
  for (const { id, device_owner } of api.ports)
    if (device_owner === "trunk:subport" && !known.has(id))
      log.add(PORTS, `port ${id} is a trunk's subport, and no trunk is known that has it`);
}

/** Owners whose device is Neutron's own are no guests, whatever they are plugged with. */
function isGuestOwner(owner: string): boolean {
  return !owner.startsWith("network:") && !owner.startsWith("trunk:");
}

/** Neutron port id → interface name, as the host's Open vSwitch has it. */
function pluggedPorts(host: HostState): Map<string, string> {
  const out = new Map<string, string>();
  for (const bridge of host.ovs?.bridges ?? []) {
    for (const port of bridge.ports) {
      for (const iface of port.interfaces) {
        const id = iface.externalIds["iface-id"];
        if (id !== undefined) out.set(id, iface.name);
      }
    }
  }
  return out;
}

function tapOf(
  port: NeutronPort,
  host: HostState | undefined,
  plugged: ReadonlyMap<string, string> | undefined,
): { name: string; found: boolean } {
  const name = `tap${port.id.slice(0, TAP_ID_LENGTH)}`;
  const root = host?.namespaces.find((ns) => ns.name === "root");
  if (root?.links.some((link) => link.name === name)) return { name, found: true };
  const iface = plugged?.get(port.id);
  // A hybrid plug has its qvo in Open vSwitch, and its tap on the qbr bridge.
  if (iface === undefined || iface.startsWith("qvo")) return { name, found: false };
  return { name: iface, found: true };
}

/** MACs of routers' interfaces by their addresses, each within its subnet. */
function routerMacs({ ports }: CloudApi): Map<string, string> {
  const interfaces = ports.filter((one) => ROUTER_INTERFACE.test(one.device_owner));
  return new Map(
    interfaces.flatMap((one) => one.fixed_ips.map((ip) => [`${ip.subnet_id} ${ip.ip_address}`, one.mac_address])),
  );
}

interface Surroundings {
  readonly subnets: ReadonlyMap<string, NeutronSubnet>;
  readonly routers: ReadonlyMap<string, string>;
  readonly dnsmasq: DnsmasqInstance | undefined;
  readonly log: GapLog;
}

function addAddresses(guest: Guest, port: NeutronPort, { subnets, routers, dnsmasq, log }: Surroundings): void {
  for (const fixed of port.fixed_ips) {
    const subnet = subnets.get(fixed.subnet_id);
    const cidr = subnet === undefined ? undefined : parseCidr(subnet.cidr);
    if (!subnet || !cidr) {
      log.add(
        PORTS,
        `port ${port.id}: subnet ${fixed.subnet_id} of ${fixed.ip_address} is unknown, and so are its prefix and gateway`,
      );
      continue;
    }
    const entry: Guest["fixedIps"][number] = { address: fixed.ip_address, prefix: cidr.prefix };
    const told =
      dnsmasq && subnet.enable_dhcp && subnet.ip_version === 4 ? gatewayOption(dnsmasq, subnet.id) : undefined;
    const gateway = told ? told.gateway : subnet.gateway_ip;
    if (gateway) entry.gateway = gateway;
    const router = subnet.ipv6_ra_mode ? routers.get(`${subnet.id} ${gateway}`) : undefined;
    if (router) entry.router = linkLocalAddress(router);
    guest.fixedIps.push(entry);
    const routes = [
      ...subnet.host_routes.map((route) => ({ dst: route.destination, via: route.nexthop })),
      ...(subnet.enable_dhcp && dnsmasq ? dhcpRoutes(dnsmasq, subnet.id, subnet.ip_version) : []),
    ];
    for (const route of routes) {
      if (!guest.hostRoutes.some((known) => known.dst === route.dst && known.via === route.via))
        guest.hostRoutes.push(route);
    }
  }
}

/**
 * What dnsmasq tells clients of a subnet about their gateway (IPv4): routers do not count beside classless routes (RFC 3442).
 * No gateway: it tells them that there is none. Undefined: it says nothing.
 */
export function gatewayOption(
  { options }: DnsmasqInstance,
  subnetId: string,
): { readonly gateway?: string; readonly line: string } | undefined {
  const own = options.filter((one) => one.tag === `subnet-${subnetId}`);
  for (const { name, value, line } of own)
    if (name === "classless-static-route") {
      const words = value.split(",");
      const at = words.indexOf("0.0.0.0/0");
      if (at >= 0) return { gateway: words[at + 1] ?? "", line };
    }
  const router = own.find((one) => one.name === "router");
  return router && { gateway: router.value, line: router.line };
}

/** Classless static routes (RFC 3442) that dnsmasq hands out for a subnet; its default route is the gateway. */
function dhcpRoutes(dnsmasq: DnsmasqInstance, subnetId: string, version: 4 | 6): { dst: string; via: string }[] {
  const out: { dst: string; via: string }[] = [];
  if (version === 6) return out;
  for (const option of dnsmasq.options) {
    if (option.name !== "classless-static-route" || option.tag !== `subnet-${subnetId}`) continue;
    const words = option.value.split(",");
    for (let i = 0; i + 1 < words.length; i += 2) {
      const dst = words[i] as string;
      if (dst !== "0.0.0.0/0" && parseCidr(dst)) out.push({ dst, via: words[i + 1] as string });
    }
  }
  return out;
}
