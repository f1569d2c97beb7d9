/** What Tab completes: programs, and the names that a host has. */
import type { HostState } from "../host/state.ts";
import type { World } from "../host/world.ts";
import { ENTRIES } from "./help.ts";
import { PROGRAM_NAMES } from "./programs.ts";

export interface Completions {
  readonly programs: readonly string[];
  /** Verbs, objects, devices, namespaces, bridges, chains, instances: at any place but the first. */
  readonly words: readonly string[];
}

const VERBS = [
  ...[
    "address",
    "link",
    "route",
    "rule",
    "neigh",
    "netns",
    "exec",
    "show",
    "list",
    "add",
    "del",
    "set",
    "replace",
    "flush",
    "dev",
    "via",
    "table",
    "master",
    "type",
    "up",
    "down",
    "lookup",
    "from",
    "to",
  ],
  ...["fdb", "vlan", "showmacs", "addif", "delif", "addbr", "delbr"],
  ...[
    "list-br",
    "list-ports",
    "port-to-br",
    "iface-to-br",
    "add-port",
    "del-port",
    "add-br",
    "del-br",
    "get",
    "find",
    "clear",
    "Interface",
    "Port",
    "Bridge",
    "Open_vSwitch",
  ],
  ...[
    "dump-flows",
    "dump-groups",
    "dump-ports-desc",
    "dump-aggregate",
    "add-flow",
    "del-flows",
    "mod-flows",
    "OpenFlow13",
  ],
  ...[
    "fdb/show",
    "ofproto/trace",
    "ovs/route/show",
    "tnl/neigh/show",
    "--line-numbers",
    "PREROUTING",
    "INPUT",
    "FORWARD",
    "OUTPUT",
    "POSTROUTING",
    "console",
    "grep",
    "head",
    "wc",
  ],
];
const MOST = 20_000;

export function completions(host: HostState, world: World): Completions {
  const names = new Set<string>(VERBS);
  for (const ns of host.namespaces) {
    if (ns.name !== "root") names.add(ns.name);
    for (const { name } of ns.links) names.add(name);
    for (const { name } of ns.ipsets) names.add(name);
    for (const table of ns.iptables?.tables ?? []) for (const { name } of table.chains) names.add(name);
  }
  for (const bridge of host.ovs?.bridges ?? [])
    for (const port of bridge.ports) for (const { name } of port.interfaces) names.add(name);
  for (const { networkId } of host.dnsmasq)
    for (const file of ["host", "opts", "addn_hosts", "leases"])
      names.add(`/var/lib/neutron/dhcp/${networkId}/${file}`);
  for (const guest of world.guests) if (guest.host === host.name) names.add(guest.name);
  const documented = ENTRIES.flatMap((entry) => entry.names);
  return { programs: [...new Set([...documented, ...PROGRAM_NAMES])].sort(), words: [...names].slice(0, MOST).sort() };
}
