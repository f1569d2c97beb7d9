/** The cloud's Neutron objects, by everything that names them on a host. Kept with the API answers it was made of. */
import type {
  CloudApi,
  NeutronFloatingIp,
  NeutronNetwork,
  NeutronPort,
  NeutronRouter,
  NeutronSecurityGroup,
  NeutronSecurityGroupRule,
  NeutronSubnet,
  NovaServer,
} from "../api/neutron.ts";
import type { Resource } from "../datapath/event.ts";

export interface Catalog {
  api: CloudApi;
  ports: Map<string, NeutronPort>;
  networks: Map<string, NeutronNetwork>;
  subnets: Map<string, NeutronSubnet>;
  routers: Map<string, NeutronRouter>;
  servers: Map<string, NovaServer>;
  groups: Map<string, NeutronSecurityGroup>;
  /** First eleven characters of the id, as device names carry them. */
  portByPrefix: Map<string, NeutronPort>;
  portByMac: Map<string, NeutronPort>;
  portsByAddress: Map<string, NeutronPort[]>;
  floatingByAddress: Map<string, NeutronFloatingIp>;
  floatingByFixed: Map<string, NeutronFloatingIp>;
  rules: Map<string, NeutronSecurityGroupRule>;
}

const made = new WeakMap<CloudApi, Catalog>();

export function catalogOf(api: CloudApi): Catalog {
  let catalog = made.get(api);
  if (!catalog) {
    catalog = build(api);
    made.set(api, catalog);
  }
  return catalog;
}

function byId<T extends { id: string }>(list: readonly T[]): Map<string, T> {
  return new Map(list.map((x) => [x.id, x]));
}

function build(api: CloudApi): Catalog {
  const portsByAddress = new Map<string, NeutronPort[]>();
  for (const port of api.ports)
    for (const ip of port.fixed_ips) {
      const list = portsByAddress.get(ip.ip_address);
      if (list) list.push(port);
      else portsByAddress.set(ip.ip_address, [port]);
    }
  return {
    api,
    ports: byId(api.ports),
    networks: byId(api.networks),
    subnets: byId(api.subnets),
    routers: byId(api.routers),
    servers: byId(api.servers),
    groups: byId(api.securityGroups),
    portByPrefix: new Map(api.ports.map((p) => [p.id.slice(0, 11), p])),
    portByMac: new Map(api.ports.map((p) => [p.mac_address, p])),
    portsByAddress,
    floatingByAddress: new Map(api.floatingIps.map((f) => [f.floating_ip_address, f])),
    floatingByFixed: new Map(
      api.floatingIps.flatMap((f) => (f.fixed_ip_address ? [[f.fixed_ip_address, f] as const] : [])),
    ),
    rules: new Map(api.securityGroups.flatMap((g) => g.security_group_rules.map((r) => [r.id, r] as const))),
  };
}

/** Device prefixes of Neutron and os-vif, before the port id. */
const DEVICE = /^(?:tap|qbr|qvb|qvo|qr-|qg-|sg-|fg-|vhu|ha-|tpt|spt)([0-9a-f]{8}-[0-9a-f]{2})/;

/** The port behind a device name such as `tapcb9bcee4-5d`. */
export function portOfDevice(c: Catalog, device: string): NeutronPort | undefined {
  const prefix = DEVICE.exec(device)?.[1];
  return prefix === undefined ? undefined : c.portByPrefix.get(prefix);
}

/** The router or network that a namespace is named after. */
export function objectOfNamespace(c: Catalog, netns: string): Resource | undefined {
  const m = /^(qrouter|snat|qdhcp|fip)-([0-9a-f-]{36})$/.exec(netns);
  const [, kind, id] = m ?? [];
  if (!kind || !id) return undefined;
  if (kind === "qrouter" || kind === "snat") {
    const router = c.routers.get(id);
    return router && named("router", router);
  }
  const network = c.networks.get(id);
  return network && named("network", network);
}

export function named(type: Resource["type"], object: { id: string; name?: string }): Resource {
  return object.name ? { type, id: object.id, name: object.name } : { type, id: object.id };
}

export function portResource(c: Catalog, port: NeutronPort): Resource {
  const name = port.name || c.servers.get(port.device_id)?.name;
  return name ? { type: "port", id: port.id, name } : { type: "port", id: port.id };
}
