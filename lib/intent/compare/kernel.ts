/**
 * Devices, addresses, routes, rules, neighbours and settings of a namespace. Left out: interface indexes, counters, carrier
 * and what follows from it, learned neighbours and MACs, entries that a device has for its own addresses and groups,
 * settings that are the kernel's defaults (with br_netfilter: 1 in every new namespace).
 */
import { ROOT } from "../../host/edit.ts";
import type { Link, Namespace, Route } from "../../host/state.ts";
import { addressOrChance, macOrChance } from "./chance.ts";
import { type Entry, words } from "./entry.ts";
import type { Numbers } from "./numbers.ts";
import type { Owners } from "./owners.ts";

export function* kernelEntries(ns: Namespace, owners: Owners, numbers: Numbers): Iterable<Entry> {
  const netns = ns.name;
  const ofNamespace = owners.ofNamespace(netns);
  const at = (part: Entry["part"], device: string | undefined, name: string, value: string): Entry => {
    const resource = (device === undefined ? undefined : owners.ofDevice(device)) ?? ofNamespace;
    return {
      part,
      place: { netns, ...(device === undefined ? {} : { device }) },
      name: numbers.ofLinkLocal(name, netns),
      value: numbers.ofLinkLocal(value, netns),
      ...(resource ? { resource } : {}),
    };
  };
  yield at("namespace", undefined, netns, "");
  for (const link of ns.links) yield at("link", link.name, link.name, linkText(link));
  for (const one of ns.addresses)
    yield at(
      "address",
      one.dev,
      `${addressOrChance(one.address)}/${one.prefix}`,
      words({ scope: one.scope, peer: one.peer, brd: one.broadcast }),
    );
  for (const route of ns.routes)
    if (!followsCarrier(route)) yield at("route", route.dev, routeName(route), routeText(route));
  for (const rule of ns.rules) yield at("rule", undefined, ruleName(rule, numbers), "");
  for (const one of ns.neighbours)
    if (one.state.includes("PERMANENT"))
      yield at("neighbour", one.dev, addressOrChance(one.address), macOrChance(one.mac ?? ""));
  for (const one of ns.proxies) yield at("neighbour", one.dev, `proxy ${one.address}`, "");
  for (const one of ns.fdb)
    if (one.dst !== undefined) yield at("fdb", one.dev, `${one.mac} ${one.dst}`, words({ vlan: one.vlan }));
  for (const [name, value] of Object.entries(ns.sysctls))
    if (SETTINGS.test(name) && value !== "0" && (netns === ROOT || !name.startsWith("net.bridge.")))
      yield at("sysctl", undefined, name, value);
}

/** Those that agents set, or that decide where packets go. */
const SETTINGS =
  /^net\.(bridge\.bridge-nf-call-ip6?tables|ipv4\.ip_forward|ipv[46]\.ip_nonlocal_bind|ipv[46]\.conf\..*\.(forwarding|rp_filter|arp_ignore|arp_announce|proxy_arp|disable_ipv6|accept_ra))$/;

/** A card of a virtual machine or of a lab's host is one end of a cable whose other end is out of sight. */
export function kindOf({ kind, linkName }: Link): Link["kind"] {
  return kind === "veth" && linkName === undefined ? "physical" : kind;
}

function linkText(link: Link): string {
  const { bridge, bridgePort, vlan, tunnel } = link;
  return words({
    kind: kindOf(link),
    // A bridge has the least of its members', and who they are is said of them.
    mac: link.kind === "bridge" ? undefined : macOrChance(link.mac),
    mtu: link.mtu,
    up: link.up,
    promisc: link.promisc,
    master: link.master,
    peer: link.linkName && (link.linkNetns ? `${link.linkName}@${link.linkNetns}` : link.linkName),
    vlan: vlan && `${vlan.id}/${vlan.protocol}`,
    tunnel: tunnel && JSON.stringify(sorted(tunnel)),
    ageing: bridge?.ageingTime,
    stp: bridge?.stp,
    vlanFiltering: bridge?.vlanFiltering,
    hairpin: bridgePort?.hairpin,
    isolated: bridgePort?.isolated,
  });
}

/** IPv6 gives an address its local route when the device is first ready, and takes none back with the carrier. */
function followsCarrier({ family, type, protocol }: Route): boolean {
  return family === 6 && type === "local" && protocol === "kernel";
}

export function ruleName({ family, priority, ...rest }: Namespace["rules"][number], numbers: Numbers): string {
  return `ipv${family} ${numbers.ofRulePriority(priority)} ${JSON.stringify(sorted(rest))}`;
}

export function routeName(route: Route): string {
  return `${route.type} ${addressOrChance(route.dst)} table ${route.table} metric ${route.metric}`;
}

function routeText({ via, dev, prefSrc, src, scope, protocol, onlink, nexthops }: Route): string {
  return words({
    via: via && addressOrChance(via),
    dev,
    prefSrc,
    src,
    scope,
    protocol,
    onlink,
    nexthops: nexthops && JSON.stringify(nexthops),
  });
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
