/** Routes, rules and neighbours as agents set them. Source: neutron/agent/linux/ip_lib.py. */
import type { PolicyRule, Route } from "../../host/state.ts";
import { cidrContains, familyOf } from "../../net/address.ts";
import type { Hand } from "./hand.ts";

export const ANY = { 4: "0.0.0.0/0", 6: "::/0" } as const;

export interface WantedRoute {
  /** CIDR. */
  readonly dst: string;
  readonly via?: string;
  readonly dev: string;
  readonly table?: string;
  readonly scope?: "link";
  readonly proto?: "static" | "boot";
}

const MAIN = "main";

export function routesOf(hand: Hand, netns: string): Route[] {
  return (hand.namespace(netns)?.routes ?? []).filter((one) => one.type === "unicast");
}

export function setRoute(hand: Hand, netns: string, { dst, via, dev, table, scope, proto }: WantedRoute): void {
  const family = familyOf(dst.split("/")[0] ?? "");
  const same = (one: Route) =>
    one.dst === dst && one.via === via && one.dev === dev && one.table === (table ?? MAIN) && !one.nexthops;
  if (routesOf(hand, netns).some(same)) return;
  hand.attempt(netns, {
    tool: "ip",
    action: "route-replace",
    family,
    dst: dst === ANY[family] ? "default" : dst,
    ...(via === undefined ? {} : { via }),
    dev,
    ...(table === undefined ? {} : { table }),
    ...(scope === undefined ? {} : { scope }),
    proto: proto ?? "static",
  });
}

export function removeRoute(hand: Hand, netns: string, route: Route): void {
  hand.attempt(netns, {
    tool: "ip",
    action: "route-del",
    family: route.family,
    dst: route.dst === ANY[route.family] ? "default" : route.dst,
    ...(route.via === undefined ? {} : { via: route.via }),
    ...(route.dev === undefined ? {} : { dev: route.dev }),
    ...(route.table === MAIN ? {} : { table: route.table }),
  });
}

/** The device whose network an address is in: where the kernel sends what has this next hop. */
export function deviceTowards(hand: Hand, netns: string, address: string): string | undefined {
  const family = familyOf(address);
  const near = (hand.namespace(netns)?.addresses ?? []).filter(
    (one) => one.family === family && cidrContains(`${one.address}/${one.prefix}`, address),
  );
  return near.sort((a, b) => b.prefix - a.prefix)[0]?.dev;
}

export interface WantedRule {
  readonly family: 4 | 6;
  /** CIDR, or an address. */
  readonly from?: string;
  readonly iif?: string;
  readonly table: string;
  readonly priority: number;
}

export function sameRule(rule: PolicyRule, { family, from, iif, table, priority }: WantedRule): boolean {
  return (
    rule.family === family &&
    rule.priority === priority &&
    rule.table === table &&
    rule.iif === iif &&
    withoutHostLength(rule.src) === withoutHostLength(from)
  );
}

const withoutHostLength = (cidr: string | undefined) => cidr?.replace(/\/(32|128)$/, "");

export function setRule(hand: Hand, netns: string, rule: WantedRule): void {
  if (hand.namespace(netns)?.rules.some((one) => sameRule(one, rule))) return;
  hand.attempt(netns, { tool: "ip", action: "rule-add", ...rule });
}

export function removeRule(hand: Hand, netns: string, rule: PolicyRule): void {
  hand.attempt(netns, {
    tool: "ip",
    action: "rule-del",
    family: rule.family,
    ...(rule.src === undefined ? {} : { from: rule.src }),
    ...(rule.iif === undefined ? {} : { iif: rule.iif }),
    priority: rule.priority,
    ...(rule.table === undefined ? {} : { table: rule.table }),
  });
}

/** An entry that the kernel never asks about. */
export function setNeighbour(hand: Hand, netns: string, dev: string, address: string, mac: string): void {
  const known = hand.namespace(netns)?.neighbours.find((one) => one.dev === dev && one.address === address);
  if (known?.mac === mac && known.state.includes("PERMANENT")) return;
  hand.attempt(netns, {
    tool: "ip",
    action: "neigh-replace",
    family: familyOf(address),
    address,
    dev,
    mac,
    nud: "permanent",
  });
}

export function removeNeighbour(hand: Hand, netns: string, dev: string, address: string): void {
  hand.attempt(netns, { tool: "ip", action: "neigh-del", family: familyOf(address), address, dev });
}
