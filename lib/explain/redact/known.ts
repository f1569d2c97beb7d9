/**
 * What a project knows: the objects that the services list to it, by everything that names them in a trace. Whatever is not
 * in here is not told (an allow-list), so what nobody thought of stays inside.
 */
import type { CloudApi, NeutronPort, NeutronRouter } from "../../api/neutron.ts";
import type { Place, Resource } from "../../datapath/event.ts";
import type { Guest } from "../../host/world.ts";
import { catalogOf, named, portOfDevice } from "../catalog.ts";

export interface Known {
  /** As the services answer the project. */
  readonly api: CloudApi;
  readonly projectId: string;
  /** All guests of the cloud, as the hosts have them. */
  readonly guests: readonly Guest[];
  /** Ports of those that are the project's. */
  readonly ownPorts: ReadonlySet<string>;
  /** What the question itself named. */
  readonly asked: readonly string[];
}

/** Where something happened, in the project's own words. */
export type Zone =
  | { readonly kind: "guest"; readonly place: Place; readonly name: string }
  | { readonly kind: "port"; readonly place: Place; readonly port: NeutronPort }
  | { readonly kind: "router"; readonly place: Place; readonly router: NeutronRouter }
  | { readonly kind: "dhcp"; readonly place: Place }
  | { readonly kind: "provider"; readonly place: Place };

/** Its device says what became of the packet there. */
export const PROVIDER: Place = { host: "Provider network", netns: "root", device: "carried" };

/** Stands for the filter of an instance's port. */
const FILTER = "port";

const ROUTER = /^(?:qrouter|snat)-([0-9a-f-]{36})$/;
const DHCP = /^qdhcp-([0-9a-f-]{36})$/;
/** Of Neutron's and os-vif's devices, the beginning of the port's id. */
const PORT_PREFIX = /([0-9a-f]{8}-[0-9a-f]{1,2})$/;
/** Verdicts on a port's own security, which the project itself has set. */
const PORT_SECURITY = new Set(["SECURITY_GROUP_DENIED", "PORT_SECURITY_BLOCKED", "ARP_SPOOF_BLOCKED"]);

export class Knowledge {
  readonly known: Known;
  private readonly addresses: ReadonlySet<string>;
  private readonly macs: ReadonlySet<string>;
  /** `host|name` of guests that are the project's, and of none of another's. */
  private readonly guests: ReadonlyMap<string, Guest>;

  constructor(known: Known) {
    this.known = known;
    const { api } = known;
    this.macs = new Set(api.ports.map((port) => port.mac_address.toLowerCase()));
    this.addresses = new Set([...addressesOf(api), ...known.asked]);
    const guests = new Map<string, Guest>();
    const strangers = new Set<string>();
    for (const guest of known.guests) {
      const key = `${guest.host}|guest:${guest.name}`;
      if (known.ownPorts.has(guest.portId)) guests.set(key, guest);
      else strangers.add(key);
    }
    for (const key of strangers) guests.delete(key);
    this.guests = guests;
  }

  hasAddress(address: string): boolean {
    return this.addresses.has(address) || isNobodys(address);
  }

  hasMac(mac: string): boolean {
    return this.macs.has(mac.toLowerCase()) || isGroup(mac);
  }

  /** @param code of a drop or verdict there */
  zoneOf(at: Place, resource: Resource | undefined, code?: string): Zone {
    const guest = this.guests.get(`${at.host}|${at.netns}`);
    if (guest) return guestZone(guest);
    const ofPort = this.portZone(at, resource, code);
    if (ofPort) return ofPort;
    const router = this.own(this.known.api.routers, ROUTER.exec(at.netns)?.[1]);
    if (router) return this.routerZone(router, at.device);
    const network = this.own(this.known.api.networks, DHCP.exec(at.netns)?.[1]);
    if (network) {
      const name = `DHCP server of ${network.name || network.id.slice(0, 8)}`;
      return { kind: "dhcp", place: { host: name, netns: "root", device: this.addressOf(at.device) ?? "port" } };
    }
    return { kind: "provider", place: PROVIDER };
  }

  /** As the project calls it; undefined for what it does not see. */
  resource({ type, id }: Resource): Resource | undefined {
    const { api } = this.known;
    const c = catalogOf(api);
    switch (type) {
      case "port": {
        const port = c.ports.get(id);
        const name = port && (port.name || c.servers.get(port.device_id)?.name);
        return port && { type, id, ...(name && { name }) };
      }
      case "network":
        return seen(type, c.networks.get(id));
      case "subnet":
        return seen(type, c.subnets.get(id));
      case "router":
        return seen(type, c.routers.get(id));
      case "security_group":
        return seen(type, c.groups.get(id));
      case "server":
        return seen(type, c.servers.get(id));
      case "floatingip": {
        const ip = api.floatingIps.find((one) => one.id === id);
        return ip && { type, id, name: ip.floating_ip_address };
      }
      case "security_group_rule": {
        const rule = c.rules.get(id);
        const group = rule && c.groups.get(rule.security_group_id);
        return rule && { type, id, name: `${group?.name ?? ""} ${rule.direction} ${rule.protocol ?? "any"}`.trim() };
      }
      case "agent":
      case "segment":
        return undefined;
      default:
        return type satisfies never;
    }
  }

  /** The address of a visible port behind a device. */
  private addressOf(device: string): string | undefined {
    return portOfDevice(catalogOf(this.known.api), device)?.fixed_ips[0]?.ip_address;
  }

  private own<T extends { id: string; project_id: string }>(list: readonly T[], id: string | undefined): T | undefined {
    return id === undefined ? undefined : list.find((one) => one.id === id && one.project_id === this.known.projectId);
  }

  private routerZone(router: NeutronRouter, device: string): Zone {
    const gateway = router.external_gateway_info?.external_fixed_ips[0]?.ip_address;
    const address = this.addressOf(device) ?? (device.startsWith("qg-") ? gateway : undefined);
    const name = `Router ${router.name || router.id.slice(0, 8)}`;
    return { kind: "router", router, place: { host: name, netns: "root", device: address ?? "interface" } };
  }

  /** A security group of the project's at a port of the project's. */
  private portZone(at: Place, resource: Resource | undefined, code: string | undefined): Zone | undefined {
    const bySecurity = code !== undefined && PORT_SECURITY.has(code);
    const byRule = resource?.type === "security_group_rule" || resource?.type === "security_group";
    if (!bySecurity && !byRule) return undefined;
    if (byRule && !this.resource(resource)) return undefined;
    const prefix = PORT_PREFIX.exec(at.device)?.[1];
    const id = resource?.type === "port" ? resource.id : undefined;
    const guest = [...this.guests.values()].find(
      ({ portId }) => portId === id || (prefix !== undefined && portId.startsWith(prefix)),
    );
    const port = guest && catalogOf(this.known.api).ports.get(guest.portId);
    if (!port) return undefined;
    return {
      kind: "port",
      port,
      place: { host: guest.name, netns: "root", device: FILTER },
    };
  }
}

function guestZone({ name }: Guest): Zone {
  return { kind: "guest", name, place: { host: name, netns: `guest:${name}`, device: "eth0" } };
}

function seen(type: Resource["type"], object: { id: string; name: string } | undefined): Resource | undefined {
  return object && named(type, object);
}

function* addressesOf(api: CloudApi): Generator<string> {
  for (const port of api.ports) {
    for (const ip of port.fixed_ips) yield ip.ip_address;
    for (const pair of port.allowed_address_pairs ?? []) yield pair.ip_address;
  }
  for (const ip of api.floatingIps) {
    yield ip.floating_ip_address;
    if (ip.fixed_ip_address) yield ip.fixed_ip_address;
  }
  for (const subnet of api.subnets) if (subnet.gateway_ip) yield subnet.gateway_ip;
  for (const router of api.routers) {
    for (const ip of router.external_gateway_info?.external_fixed_ips ?? []) yield ip.ip_address;
    for (const route of router.routes ?? []) yield route.nexthop;
  }
}

/** Broadcast and multicast, in Ethernet: the group bit. */
function isGroup(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
}

/** No machine's in particular. */
function isNobodys(address: string): boolean {
  if (address === "0.0.0.0" || address === "255.255.255.255" || address === "::" || address === "169.254.169.254")
    return true;
  const first = Number.parseInt(address, 10);
  return /^ff[0-9a-f]{2}:/.test(address) || (!address.includes(":") && first >= 224 && first <= 239);
}
