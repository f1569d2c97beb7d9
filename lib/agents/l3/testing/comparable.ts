/**
 * What of a namespace must be the same in a recording and a plan: all but counters, indexes, the order of what has none,
 * what was learned, and addresses that the system made up (of the pair between a router and the fip namespace).
 */
import type { HostState, Namespace } from "../../../host/state.ts";
import { isGroupMac, multicastMac, solicitedNode } from "../../../net/address.ts";
import { linkLocalAddress } from "../../../net/eui64.ts";
import { rulesOf } from "./recorded.ts";

const PAIR = /^(rfp|fpr)-/;

export function comparable(host: HostState, name: string, sysctls: readonly string[]): Record<string, unknown> {
  const ns = host.namespaces.find((one) => one.name === name);
  if (!ns) return { missing: name };
  const named = nameMadeUp(host);
  const list = (all: readonly object[]) => all.map((one) => named(JSON.stringify(sorted(one)))).sort();
  return {
    links: list(ns.links.map(({ ifindex: _, linkIndex: __, linkNetnsId: ___, stats: ____, ...one }) => one)),
    addresses: list(ns.addresses),
    routes: list(ns.routes),
    // A floating IP's priority depends on the seed of the agent's Python.
    rules: list(ns.rules.map((one) => (one.table === "16" ? { ...one, priority: "free" } : one))),
    neighbours: list(ns.neighbours.filter((one) => one.state.includes("PERMANENT"))),
    proxies: list(ns.proxies),
    // Groups that devices listen to follow from their addresses, and are not kept.
    fdb: list(ns.fdb.filter((one) => !isGroupMac(one.mac))),
    ipsets: list(ns.ipsets),
    listeners: list(ns.listeners),
    // What is as the system has it by itself is not kept. Bridges' settings are the host's, whatever the namespace.
    sysctls: sysctls.filter((one) => !/^net\.bridge|_update_priority$/.test(one) && (ns.sysctls[one] ?? "0") !== "0"),
    v4: rulesOf(host, name, 4),
    v6: rulesOf(host, name, 6),
    processes: host.processes
      .filter((one) => one.netns === name)
      .map((one) => one.command)
      .sort(),
    ports: list(portsOf(host, ns)),
  };
}

/** Replaces MACs of pairs, and what is made of them, by the devices' names. */
function nameMadeUp(host: HostState): (text: string) => string {
  const names = new Map<string, string>();
  for (const ns of host.namespaces)
    for (const { name, mac } of ns.links) {
      if (!PAIR.test(name)) continue;
      const address = linkLocalAddress(mac);
      names.set(mac, `mac of ${name}`).set(address, `link-local of ${name}`);
      names.set(multicastMac(solicitedNode(address)), `solicited of ${name}`);
    }
  return (text) => [...names].reduce((now, [from, to]) => now.replaceAll(from, to), text);
}

function portsOf(host: HostState, ns: Namespace): object[] {
  const here = new Set(ns.links.map(({ name }) => name));
  return (host.ovs?.bridges ?? []).flatMap((bridge) =>
    bridge.ports.flatMap((port) =>
      here.has(port.name)
        ? port.interfaces.map(({ ofport: _, ...one }) => ({ bridge: bridge.name, port: port.name, ...one }))
        : [],
    ),
  );
}

function sorted(one: object): object {
  return Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
}
