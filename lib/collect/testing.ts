/** Small hosts for tests, made from text like that which the tools print. */
import type { Address, HostState, Link, LinkKind, Namespace, OvsBridge, OvsInterface } from "../host/state.ts";

let ifindex = 1;

export function link(name: string, kind: LinkKind = "physical", more: Partial<Link> = {}): Link {
  ifindex++;
  const mac = `02:00:00:00:00:${(ifindex % 256).toString(16).padStart(2, "0")}`;
  return {
    name,
    ifindex,
    kind,
    mac,
    mtu: 1500,
    up: true,
    carrier: true,
    operstate: "UP",
    promisc: false,
    altnames: [],
    ...more,
  };
}

export function address(dev: string, cidr: string): Address {
  const [ip = "", prefix = ""] = cidr.split("/");
  return {
    dev,
    family: ip.includes(":") ? 6 : 4,
    address: ip,
    prefix: Number(prefix),
    scope: "global",
    secondary: false,
  };
}

export function namespace(name: string, links: Link[], addresses: Address[] = []): Namespace {
  return {
    name,
    links,
    addresses,
    routes: [],
    rules: [],
    neighbours: [],
    proxies: [],
    fdb: [],
    ipsets: [],
    conntrack: [],
    sysctls: {},
    listeners: [],
  };
}

/** `ports`: interface names, or interfaces; each is a port of its own. */
export function bridge(
  name: string,
  ports: (string | (Partial<OvsInterface> & { name: string; tag?: number }))[],
): OvsBridge {
  return {
    name,
    datapathType: "system",
    failMode: "secure",
    protocols: [],
    controllers: [],
    otherConfig: {},
    externalIds: {},
    ports: ports.map((port) => {
      const { tag, ...iface } = typeof port === "string" ? { name: port } : port;
      const full: OvsInterface = { type: "", options: {}, externalIds: {}, config: [], state: [], ...iface };
      return {
        name: full.name,
        trunks: [],
        otherConfig: {},
        externalIds: {},
        interfaces: [full],
        ...(tag === undefined ? {} : { tag }),
      };
    }),
    flows: [],
    groups: [],
    fdb: [],
    flowsKnown: true,
  };
}

export function host(
  name: string,
  root: Namespace,
  bridges?: OvsBridge[],
  config: HostState["config"] = {},
): HostState {
  const state: HostState = { name, namespaces: [root], dnsmasq: [], config, processes: [], gaps: [] };
  if (bridges) state.ovs = { otherConfig: {}, externalIds: {}, bridges, routes: [], tunnelNeighbours: [] };
  return state;
}
