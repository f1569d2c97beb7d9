/** A host's own namespace as the kernel makes it, with its cards plugged in and nothing set up. */
import { ROOT } from "../../host/edit.ts";
import type { Link, Namespace, PolicyRule } from "../../host/state.ts";
import { ZERO_MAC } from "../../net/address.ts";

export interface Card {
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
}

export function emptyRoot(cards: readonly Card[]): Namespace {
  return {
    name: ROOT,
    links: [LOOPBACK, ...cards.map(cardLink)],
    addresses: [],
    routes: [],
    rules: RULES,
    neighbours: [],
    proxies: [],
    fdb: [],
    ipsets: [],
    conntrack: [],
    sysctls: SYSCTLS,
    listeners: [],
  };
}

const LOOPBACK: Link = {
  name: "lo",
  ifindex: 1,
  kind: "loopback",
  mac: ZERO_MAC,
  mtu: 65_536,
  up: false,
  carrier: false,
  operstate: "DOWN",
  promisc: false,
  altnames: [],
};

function cardLink({ name, mac, mtu }: Card, i: number): Link {
  return {
    name,
    ifindex: i + 2,
    kind: "physical",
    mac,
    mtu,
    up: false,
    carrier: false,
    operstate: "DOWN",
    promisc: false,
    altnames: [],
  };
}

const RULES: PolicyRule[] = [
  { family: 4, priority: 0, action: "lookup", table: "local" },
  { family: 4, priority: 32_766, action: "lookup", table: "main" },
  { family: 4, priority: 32_767, action: "lookup", table: "default" },
  { family: 6, priority: 0, action: "lookup", table: "local" },
  { family: 6, priority: 32_766, action: "lookup", table: "main" },
];

/** Linux's defaults, with br_netfilter loaded: iptables sees what bridges forward. */
const SYSCTLS: Record<string, string> = {
  "net.bridge.bridge-nf-call-arptables": "1",
  "net.bridge.bridge-nf-call-ip6tables": "1",
  "net.bridge.bridge-nf-call-iptables": "1",
  "net.bridge.bridge-nf-filter-pppoe-tagged": "0",
  "net.bridge.bridge-nf-filter-vlan-tagged": "0",
  "net.bridge.bridge-nf-pass-vlan-input-dev": "0",
  "net.ipv4.ip_forward": "0",
  ...forAll("net.ipv4.conf", ["arp_announce", "arp_filter", "arp_ignore", "forwarding", "proxy_arp", "rp_filter"]),
  ...forAll("net.ipv6.conf", ["disable_ipv6", "forwarding"]),
};

function forAll(prefix: string, settings: readonly string[]): Record<string, string> {
  const names = ["all", "default"].flatMap((device) => settings.map((setting) => `${prefix}.${device}.${setting}`));
  return Object.fromEntries(names.map((name) => [name, "0"]));
}
