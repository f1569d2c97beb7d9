/** The Neutron object behind a step: inferred from what Neutron's agents write into names, addresses, chains and flows. */
import type { NeutronPort, NeutronSecurityGroupRule } from "../api/neutron.ts";
import type { Element, Resource, Step, StepEvent, TraceEvent } from "../datapath/event.ts";
import type { HostState } from "../host/state.ts";
import { type Catalog, named, objectOfNamespace, portOfDevice, portResource } from "./catalog.ts";

const MAC = /[0-9a-f]{2}(?::[0-9a-f]{2}){5}/g;
const ADDRESS = /\b(?:\d{1,3}\.){3}\d{1,3}\b/g;
/** `neutron-openvswi-icb9bcee4-5`: direction and the first ten characters of the port. */
const PORT_CHAIN = /-(?:openvswi|linuxbri)-([ios])([0-9a-f]{8}-[0-9a-f])/;
const DEVICE_NAME = /\b(?:tap|qbr|qvb|qvo|qr-|qg-|sg-|fg-)[0-9a-f]{8}-[0-9a-f]{2}\b/;
/** `NIPv4<first part of the group's id>-`. */
const SET = /NIPv[46]([0-9a-f]{8}-[0-9a-f-]+)/;

/** Texts of recorded flows and rules come again with every trace: what they name is kept, by the text and the place. */
const remembered = new WeakMap<Catalog, Map<string, Map<string, Resource | undefined>>>();

export function resourceOf(c: Catalog, host: HostState | undefined, event: TraceEvent): Resource | undefined {
  if (event.kind === "verdict") return undefined;
  const find = () => fromStep(c, host, event) ?? fromPlace(c, event.device, event.netns);
  const text = textOf(event);
  if (text === undefined) return find();
  const known = entry(remembered, c, () => new Map<string, Map<string, Resource | undefined>>());
  const places = entry(known, text, () => new Map<string, Resource | undefined>());
  return entry(places, `${event.kind} ${event.host} ${event.netns} ${event.device}`, find);
}

function entry<K, V>(
  map: { has(key: K): boolean; get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  const known = map.get(key);
  if (known !== undefined || map.has(key)) return known as V; // It has it.
  const made = make();
  map.set(key, made);
  return made;
}

/** What an event names beside its place; undefined: it is not worth keeping. */
function textOf(event: StepEvent): string | undefined {
  switch (event.kind) {
    case "flow":
    case "rule":
      return event.text;
    case "frame":
    case "action":
    case "conntrack":
    case "rewrite":
      return "";
    default:
      return undefined;
  }
}

function fromStep(c: Catalog, host: HostState | undefined, step: Step): Resource | undefined {
  switch (step.kind) {
    case "flow":
      return ofFlow(c, host, step.bridge, step.text);
    case "rule":
      return ofRule(c, step.text, step.chain);
    case "fdb":
    case "neighbour":
      return ofMac(c, step.mac);
    case "route":
      return step.dev ? ofDevice(c, step.dev) : undefined;
    case "nat":
      return ofAddress(c, step.nat === "dnat" ? step.from : step.to) ?? ofAddress(c, step.to);
    case "encap":
    case "decap":
      return ofSegment(c, step.key);
    case "drop":
      return resourceOfElement(c, host, step.element);
    case "flood":
      return step.vlan === undefined ? undefined : ofLocalVlan(c, host, step.bridge, step.vlan);
    case "learn":
      return ofText(c, step.text);
    case "frame":
    case "action":
    case "conntrack":
    case "rewrite":
    case "assume":
    case "deliver":
    case "exit":
    case "redacted":
      return undefined;
    default:
      return step satisfies never;
  }
}

export function resourceOfElement(c: Catalog, host: HostState | undefined, element: Element): Resource | undefined {
  switch (element.type) {
    case "flow":
      return ofFlow(c, host, element.bridge, element.text);
    case "iptables-rule":
      return ofRule(c, element.text, element.chain);
    case "iptables-policy":
      return undefined;
    case "namespace":
      return objectOfNamespace(c, element.text.split(" ")[0] ?? "");
    case "port":
      return ofPortId(c, element.text);
    case "ovs-port":
    case "link":
    case "route":
    case "neighbour":
    case "fdb":
    case "guest":
    case "dnsmasq":
    case "tunnel":
    case "config":
    case "policy-rule":
    case "sysctl":
    case "conntrack":
      return ofText(c, element.text);
    case "group":
    case "ovs-bridge":
    case "gap":
      return undefined;
    default:
      return element satisfies never;
  }
}

function fromPlace(c: Catalog, device: string, netns: string): Resource | undefined {
  return ofDevice(c, device) ?? objectOfNamespace(c, netns);
}

function ofDevice(c: Catalog, device: string): Resource | undefined {
  const port = portOfDevice(c, device);
  return port && portResource(c, port);
}

function ofMac(c: Catalog, mac: string): Resource | undefined {
  const port = c.portByMac.get(mac);
  return port && portResource(c, port);
}

function ofPortId(c: Catalog, text: string): Resource | undefined {
  const id = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(text)?.[0];
  const port = id === undefined ? undefined : c.ports.get(id);
  return port && portResource(c, port);
}

function ofAddress(c: Catalog, text: string): Resource | undefined {
  const address = text.replace(/:\d+$/, "");
  const floating = c.floatingByAddress.get(address);
  if (floating) return { type: "floatingip", id: floating.id, name: floating.floating_ip_address };
  const ports = c.portsByAddress.get(address);
  return ports?.length === 1 && ports[0] ? portResource(c, ports[0]) : undefined;
}

function ofSegment(c: Catalog, key: number): Resource | undefined {
  const network = c.api.networks.find(
    (n) => n["provider:segmentation_id"] === key && n["provider:network_type"] !== "vlan",
  );
  return network && named("network", network);
}

function ofText(c: Catalog, text: string): Resource | undefined {
  const device = DEVICE_NAME.exec(text)?.[0];
  if (device) return ofDevice(c, device);
  for (const mac of text.match(MAC) ?? []) {
    const found = ofMac(c, mac);
    if (found) return found;
  }
  const byId = ofPortId(c, text);
  if (byId) return byId;
  for (const address of text.match(ADDRESS) ?? []) {
    const found = ofAddress(c, address);
    if (found) return found;
  }
  const netns = /\b(?:qrouter|qdhcp|snat|fip)-[0-9a-f-]{36}\b/.exec(text)?.[0];
  return netns === undefined ? undefined : objectOfNamespace(c, netns);
}

function ofFlow(c: Catalog, host: HostState | undefined, bridge: string, text: string): Resource | undefined {
  const end = text.indexOf(" actions=");
  const match = end < 0 ? text : text.slice(0, end);
  const direct = ofText(c, match.replace(/cookie=\S+/, ""));
  if (direct) return direct;
  const inPort = /in_port=(\d+|"[^"]+")/.exec(match)?.[1];
  if (inPort) {
    const found = ofOfport(c, host, bridge, inPort);
    if (found) return found;
  }
  const vlan = /dl_vlan=(\d+)/.exec(match)?.[1] ?? /reg6=(0x[0-9a-f]+|\d+)/.exec(match)?.[1];
  if (vlan) return ofLocalVlan(c, host, bridge, Number(vlan));
  const key = /tun_id=(0x[0-9a-f]+|\d+)/.exec(match)?.[1];
  return key ? ofSegment(c, Number(key)) : undefined;
}

function ofOfport(c: Catalog, host: HostState | undefined, bridge: string, port: string): Resource | undefined {
  const b = host?.ovs?.bridges.find((x) => x.name === bridge);
  for (const p of b?.ports ?? [])
    for (const i of p.interfaces)
      if (String(i.ofport) === port || `"${i.name}"` === port) {
        const id = i.externalIds["iface-id"];
        const owner = id === undefined ? portOfDevice(c, i.name) : c.ports.get(id);
        return owner && portResource(c, owner);
      }
  return undefined;
}

/** Local VLAN ids are the host's own: its ports carry the network beside the tag. */
function ofLocalVlan(c: Catalog, host: HostState | undefined, bridge: string, vlan: number): Resource | undefined {
  for (const b of host?.ovs?.bridges ?? [])
    for (const p of b.ports)
      if (p.tag === vlan && p.otherConfig.net_uuid) {
        const network = c.networks.get(p.otherConfig.net_uuid);
        if (network) return named("network", network);
      }
  const network = c.api.networks.find(
    (n) => n["provider:network_type"] === "vlan" && n["provider:segmentation_id"] === vlan && bridge !== "br-int",
  );
  return network && named("network", network);
}

function portOfChain(c: Catalog, chain: string): { port: NeutronPort; direction: "i" | "o" | "s" } | undefined {
  const m = PORT_CHAIN.exec(chain);
  const prefix = m?.[2];
  if (!prefix) return undefined;
  const port = c.api.ports.find((p) => p.id.startsWith(prefix));
  // The pattern has these three letters only.
  return port && { port, direction: m[1] as "i" | "o" | "s" };
}

function ofRule(c: Catalog, text: string, chain: string): Resource | undefined {
  const owner = portOfChain(c, chain);
  if (owner && owner.direction !== "s") {
    const rule = ruleBehind(c, owner.port, owner.direction === "i" ? "ingress" : "egress", text);
    if (rule) {
      const group = c.groups.get(rule.security_group_id);
      return {
        type: "security_group_rule",
        id: rule.id,
        name: `${group?.name ?? rule.security_group_id} ${ruleText(rule)}`,
      };
    }
  }
  if (owner) return portResource(c, owner.port);
  const set = SET.exec(text)?.[1];
  if (set) {
    const group = c.api.securityGroups.find((g) => g.id.startsWith(set.replace(/-$/, "")));
    if (group) return named("security_group", group);
  }
  return ofText(c, text);
}

/** The security group rule that a chain's RETURN was made from (neutron/agent/linux/iptables_firewall.py). */
function ruleBehind(
  c: Catalog,
  port: NeutronPort,
  direction: "ingress" | "egress",
  text: string,
): NeutronSecurityGroupRule | undefined {
  if (!text.endsWith("-j RETURN") || text.includes("--state")) return undefined;
  const proto = / -p (\S+)/.exec(text)?.[1];
  const set = SET.exec(text)?.[1];
  const dport = /--dports? (\d+)(?::(\d+))?/.exec(text);
  const remote = / -(?:s|d) (\S+)/.exec(text)?.[1];
  for (const id of port.security_groups)
    for (const rule of c.groups.get(id)?.security_group_rules ?? []) {
      if (rule.direction !== direction || rule.ethertype !== "IPv4") continue;
      if ((rule.protocol ?? undefined) !== proto) continue;
      if (set === undefined ? rule.remote_group_id !== null : !rule.remote_group_id?.startsWith(set.replace(/-$/, "")))
        continue;
      if (dport ? rule.port_range_min !== Number(dport[1]) : rule.port_range_min !== null) continue;
      if (rule.remote_ip_prefix && remote !== undefined && rule.remote_ip_prefix !== remote) continue;
      if (rule.remote_ip_prefix && remote === undefined && rule.remote_ip_prefix !== "0.0.0.0/0") continue;
      return rule;
    }
  return undefined;
}

export function ruleText(rule: NeutronSecurityGroupRule): string {
  const ports =
    rule.port_range_min === null
      ? ""
      : rule.port_range_min === rule.port_range_max
        ? ` ${rule.port_range_min}`
        : ` ${rule.port_range_min}-${rule.port_range_max}`;
  return `${rule.direction} ${rule.protocol ?? "any"}${ports}`;
}
