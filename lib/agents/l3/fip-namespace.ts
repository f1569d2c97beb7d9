/** A host's own way to an external network, shared by all its distributed routers. Source: neutron/agent/l3/dvr_fip_ns.py. */
import { findNamespace } from "../../host/edit.ts";
import { familyOf } from "../../net/address.ts";
import { linkLocalAddress } from "../../net/eui64.ts";
import { addAddress, addressesOf, cidrsOf, setAddresses } from "../interface-driver/addresses.ts";
import type { Hand } from "../interface-driver/hand.ts";
import { plug, unplugOthers } from "../interface-driver/plug.ts";
import { ANY, removeRoute, removeRule, routesOf, setNeighbour, setRoute, setRule } from "../interface-driver/routes.ts";
import type { HostView, NetworkView, PortView, RouterView } from "../view.ts";
import { fipFirewall } from "./firewall.ts";
import { freePair, type LinkLocalPair } from "./link-local.ts";
import { deviceName, fipNamespace, routerNamespace } from "./names.ts";
import { setFirewall, setNamespace } from "./namespace.ts";
import { FLOATING_TABLE, redirectIndex } from "./redirect.ts";
import { farGateway, setOnlinkRoutes, subnetsOf } from "./router-port.ts";

const PAIR_LENGTH = 31;

/** create_or_update_gateway_port */
export function setFipNamespace(hand: Hand, view: HostView, port: PortView): void {
  const network = view.networks.get(port.networkId);
  if (!network) return;
  const netns = fipNamespace(network.id);
  const device = deviceName("fg-", port.id);
  setNamespace(hand, netns, { "net.ipv4.ip_nonlocal_bind": "1" });
  setFirewall(hand, netns, fipFirewall());
  plug(hand, { netns, device, portId: port.id, mac: port.mac, mtu: network.mtu });
  unplugOthers(hand, netns, "fg-", new Set([device]));
  setAddresses(hand, netns, device, cidrsOf(port, network));
  const { own, others } = subnetsOf(port, network);
  setOnlinkRoutes(hand, netns, device, [
    ...own.flatMap((one) => farGateway(one) ?? []),
    ...others.filter((one) => one.ipVersion === 4).map(({ cidr }) => cidr),
  ]);
  // Floating IPs are nobody's address here: the device answers for them because it has a route to them.
  hand.sysctl(netns, { [`net.ipv4.conf.${device}.proxy_arp`]: "1" });
}

export interface Link {
  readonly pair: LinkLocalPair;
  /** In the router's namespace. */
  readonly toOutside: string;
  /** In the fip namespace. */
  readonly toRouter: string;
  readonly fip: string;
  /** Table of what comes from the router. */
  readonly table: string;
}

/** create_rtr_2_fip_link: a pair of devices between the router and the fip namespace. */
export function setLink(hand: Hand, router: RouterView, network: NetworkView, port: PortView): Link {
  const netns = routerNamespace(router.id);
  const link = linkOf(hand, router, network);
  const { pair, toOutside, toRouter, fip, table } = link;
  if (!hand.link(netns, toOutside)) {
    const device = { kind: "veth", peer: toRouter, peerNetns: fip } as const;
    hand.ip(netns, { tool: "ip", action: "link-add", name: toOutside, device });
    hand.ip(netns, { tool: "ip", action: "link-set", name: toOutside, up: true });
    hand.ip(fip, { tool: "ip", action: "link-set", name: toRouter, up: true });
  }
  for (const [ns, name] of ends(link, netns))
    if (hand.link(ns, name)?.mtu !== network.mtu)
      hand.ip(ns, { tool: "ip", action: "link-set", name, mtu: network.mtu });
  addAddress(hand, netns, toOutside, `${pair.router}/${PAIR_LENGTH}`, false);
  addAddress(hand, fip, toRouter, `${pair.fip}/${PAIR_LENGTH}`, false);
  const macs = { router: hand.link(netns, toOutside)?.mac ?? "", fip: hand.link(fip, toRouter)?.mac ?? "" };
  setNeighbour(hand, netns, toOutside, pair.fip, macs.fip);
  setNeighbour(hand, fip, toRouter, pair.router, macs.router);
  setWayOut(hand, fip, network, port, table);
  setRule(hand, fip, { family: 4, iif: toRouter, table, priority: Number(table) });
  setRoute(hand, netns, { dst: ANY[4], via: pair.fip, dev: toOutside, table: FLOATING_TABLE });
  setRoute(hand, netns, { dst: ANY[6], via: linkLocalAddress(macs.fip), dev: toOutside });
  return link;
}

/** The pair that there is, or the one that will be. */
function linkOf(hand: Hand, router: RouterView, network: NetworkView): Link {
  const toOutside = deviceName("rfp-", router.id);
  const pair = pairOf(hand, routerNamespace(router.id), toOutside) ?? freePair(usedPairs(hand));
  const table = `${redirectIndex(`${pair.fip}/${PAIR_LENGTH}`)}`;
  return { pair, toOutside, toRouter: deviceName("fpr-", router.id), fip: fipNamespace(network.id), table };
}

function pairOf(hand: Hand, netns: string, device: string): LinkLocalPair | undefined {
  const own = addressesOf(hand, netns, device).find((one) => one.family === 4 && one.prefix === PAIR_LENGTH);
  if (!own) return undefined;
  const [a = "", b = "", c = "", d] = own.address.split(".");
  return { router: own.address, fip: `${a}.${b}.${c}.${Number(d) + 1}` };
}

function usedPairs(hand: Hand): Set<string> {
  const used = new Set<string>();
  for (const ns of hand.host.namespaces)
    if (ns.name.startsWith("qrouter-"))
      for (const one of ns.addresses) if (one.dev.startsWith("rfp-") && one.family === 4) used.add(one.address);
  return used;
}

function ends(link: Link, netns: string): [string, string][] {
  return [
    [netns, link.toOutside],
    [link.fip, link.toRouter],
  ];
}

/** _update_gateway_route, in the table of one router. */
function setWayOut(hand: Hand, fip: string, network: NetworkView, port: PortView, table: string): void {
  const device = deviceName("fg-", port.id);
  const gateways = subnetsOf(port, network).own.flatMap(({ gateway }) => gateway ?? []);
  for (const route of routesOf(hand, fip)) {
    const gone = route.table === table && route.dst === ANY[route.family] && !gateways.includes(route.via ?? "");
    if (gone) removeRoute(hand, fip, route);
  }
  for (const via of gateways) setRoute(hand, fip, { dst: ANY[familyOf(via)], via, dev: device, table });
}

/** delete_rtr_2_fip_link, with what the fip namespaces knew of the router. @param device rfp-… */
export function removeLink(hand: Hand, netns: string, device: string): void {
  if (!hand.link(netns, device)) return;
  const toRouter = device.replace(/^rfp-/, "fpr-");
  for (const { name } of hand.host.namespaces.filter((one) => one.name.startsWith("fip-"))) {
    if (!hand.link(name, toRouter)) continue;
    for (const rule of findNamespace(hand.host, name)?.rules.filter((one) => one.iif === toRouter) ?? []) {
      for (const route of routesOf(hand, name)) if (route.table === rule.table) removeRoute(hand, name, route);
      removeRule(hand, name, rule);
    }
  }
  hand.ip(netns, { tool: "ip", action: "link-del", name: device });
}

/** Those of a router's namespace that goes altogether. */
export function removeLinks(hand: Hand, netns: string): void {
  for (const { name } of hand.namespace(netns)?.links ?? []) if (name.startsWith("rfp-")) removeLink(hand, netns, name);
}
