/** Small worlds by hand: namespaces, links, guests and hosts with what a walk needs of them, and nothing else. */
import type { Address, HostState, Link, Namespace, OvsBridge, OvsPort, OvsState } from "../../host/state.ts";
import type { Guest } from "../../host/world.ts";
import { parseIptablesSave } from "../../net/iptables/parse.ts";
import { parseFlowDump } from "../../net/openflow/parse.ts";

/** A namespace that forwards, with local and connected routes for its addresses. */
export const emptyNamespace = (name: string, links: Link[], addresses: Address[]): Namespace => ({
  name,
  links,
  addresses,
  routes: addresses.flatMap((a) => [
    {
      family: 4 as const,
      type: "local" as const,
      dst: a.address,
      table: "local",
      dev: a.dev,
      metric: 0,
      flags: [],
      prefSrc: a.address,
    },
    {
      family: 4 as const,
      type: "unicast" as const,
      dst: `${a.address.replace(/\.\d+$/, ".0")}/${a.prefix}`,
      table: "main",
      dev: a.dev,
      metric: 0,
      flags: [],
      prefSrc: a.address,
      scope: "link",
    },
  ]),
  rules: [0, 32766].map((priority) => ({
    family: 4,
    priority,
    action: "lookup",
    table: priority === 0 ? "local" : "main",
  })),
  neighbours: [],
  proxies: [],
  fdb: [],
  ipsets: [],
  conntrack: [],
  sysctls: { "net.ipv4.ip_forward": "1" },
  listeners: [],
});

export function link(name: string, kind: Link["kind"], more: Partial<Link> = {}): Link {
  return {
    name,
    kind,
    ifindex: 1,
    mac: `02:00:00:${[...name]
      .reduce((h, ch) => (h * 31 + ch.charCodeAt(0)) & 0xffffff, 7)
      .toString(16)
      .padStart(6, "0")
      .replace(/..(?=.)/g, "$&:")}`,
    mtu: 1500,
    up: true,
    carrier: true,
    operstate: "UP",
    promisc: false,
    altnames: [],
    ...more,
  };
}

export function address(dev: string, text: string): Address {
  return { dev, family: 4, address: text, prefix: 24, scope: "global", secondary: false };
}

export const bridge = (name: string): Link =>
  link(name, "bridge", { bridge: { ageingTime: 300, stp: false, vlanFiltering: false } });
/** A forwarding port of that bridge. */
export const member = (master: string): Partial<Link> => ({
  master,
  bridgePort: { state: "forwarding", hairpin: false, isolated: false, learning: true, flood: true },
});

export function guest(n: number, host: string): Guest {
  return {
    name: `vm${n}`,
    host,
    portId: `0000000${n}-0000-0000-0000-000000000000`,
    networkId: "net",
    projectId: "p",
    tap: `tap0000000${n}-00`,
    mac: `fa:16:3e:00:00:0${n}`,
    fixedIps: [{ address: `10.1.0.${n}`, prefix: 24 }],
    mtu: 1450,
    hostRoutes: [],
    adminUp: true,
  };
}

export function hostOf(name: string, namespaces: Namespace[]): HostState {
  return { name, namespaces, dnsmasq: [], config: {}, processes: [], gaps: [] };
}

/** Rules as iptables-save prints them, without the lines around the tables. */
export function rules(ns: Namespace, text: string): Namespace {
  const parsed = parseIptablesSave(`${text.trim()}\n`, 4);
  if (parsed.problems.length > 0) throw new Error(JSON.stringify(parsed.problems));
  ns.iptables = parsed.ruleset;
  return ns;
}

/** One end of a veth pair; `netns` is where the other is, when not here. */
export function veth(name: string, peer: string, netns?: string, more: Partial<Link> = {}): Link {
  return link(name, "veth", { linkName: peer, ...(netns === undefined ? {} : { linkNetns: netns }), ...more });
}

/** A default or other route by a gateway. */
export function via(ns: Namespace, gateway: string, dev: string, dst = "0.0.0.0/0"): Namespace {
  ns.routes.push({ family: 4, type: "unicast", dst, table: "main", via: gateway, dev, metric: 0, flags: [] });
  return ns;
}

/** A port of Open vSwitch with one interface of its name. */
export function ovsPort(name: string, ofport: number, type = "", options: Record<string, string> = {}): OvsPort {
  const iface = { name, type, ofport, options, externalIds: {}, config: [], state: [] };
  return { name, trunks: [], otherConfig: {}, externalIds: {}, interfaces: [iface] };
}

export function patch(name: string, ofport: number, peer: string): OvsPort {
  return ovsPort(name, ofport, "patch", { peer });
}

/** A bridge of the userspace datapath with these flows, as ovs-ofctl prints them. */
export function ovsBridge(name: string, ports: OvsPort[], flows: string[]): OvsBridge {
  const dump = parseFlowDump(flows.join("\n"));
  if (dump.errors.length > 0) throw new Error(JSON.stringify(dump.errors));
  return {
    name,
    datapathType: "netdev",
    failMode: "secure",
    protocols: [],
    controllers: [],
    otherConfig: {},
    externalIds: {},
    ports: [ovsPort(name, 65534, "internal"), ...ports],
    flows: dump.flows,
    groups: [],
    fdb: [],
    flowsKnown: true,
  };
}

/** Gives the host these bridges, with nothing known about tunnels. */
export function withOvs(host: HostState, bridges: OvsBridge[], more: Partial<OvsState> = {}): HostState {
  host.ovs = { otherConfig: {}, externalIds: {}, bridges, routes: [], tunnelNeighbours: [], ...more };
  return host;
}
