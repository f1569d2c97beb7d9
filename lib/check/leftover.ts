/** What agents do not set right by themselves, one kind of difference after the other. */
import type { Command } from "../host/command/command.ts";
import { bridgeNamed } from "../host/command/ovs/bridges.ts";
import { findNamespace, ROOT } from "../host/edit.ts";
import type { HostState, Link, Namespace, OvsBridge, OvsPort } from "../host/state.ts";
import { addressOrChance } from "../intent/compare/chance.ts";
import { kindOf, routeName, ruleName } from "../intent/compare/kernel.ts";
import { type Numbers, named } from "../intent/compare/numbers.ts";
import type { Difference } from "../intent/compare.ts";
import { linkLocalAddress } from "../net/eui64.ts";
import type { IptablesRuleset } from "../net/iptables/ast.ts";

/**
 * Up or down, MTU, promiscuous or not, the bridge that a device is a member of, and a bridge's own settings. What is another
 * kind of device goes: agents make it anew.
 */
export function linkRepairs(left: readonly Difference[], host: HostState, made: HostState): Command[] {
  return left.flatMap((one): Command[] => {
    const { netns = ROOT, device } = one.place;
    if (one.part !== "link" || one.kind !== "different" || device === undefined) return [];
    const is = linkOf(host, netns, device);
    const should = linkOf(made, netns, device);
    if (!is || !should) return [];
    if (kindOf(is) !== kindOf(should)) return [{ netns, run: { tool: "ip", action: "link-del", name: device } }];
    const settings = bridgeRepairs(is, should).map((run) => ({ netns, run }));
    const changes = {
      ...(is.mtu === should.mtu ? {} : { mtu: should.mtu }),
      ...(is.master === should.master ? {} : { master: should.master ?? null }),
      ...(is.promisc === should.promisc ? {} : { promisc: should.promisc === true }),
      ...(is.up === should.up ? {} : { up: should.up }),
    };
    if (Object.keys(changes).length === 0) return settings;
    return [...settings, { netns, run: { tool: "ip", action: "link-set", name: device, ...changes } }];
  });
}

function bridgeRepairs({ name: bridge, bridge: is }: Link, { bridge: should }: Link): Command["run"][] {
  if (!is || !should) return [];
  const { stp, ageingTime } = should;
  return [
    ...(is.stp === stp ? [] : [{ tool: "brctl", action: "stp", bridge, on: stp } as const]),
    ...(is.ageingTime === ageingTime
      ? []
      : [{ tool: "brctl", action: "setageing", bridge, time: ageingTime / 100 } as const]),
  ];
}

/** The host with each device on the switch named again as whoever plugged it did: by that agents know whose it is. */
export function withIds(host: HostState, made: HostState): HostState {
  if (!host.ovs) return host;
  const bridges = host.ovs.bridges.map((bridge) => {
    const should = new Map(bridgeNamed(made, bridge.name)?.ports.map((port) => [port.name, port]));
    return { ...bridge, ports: bridge.ports.map((port) => withIdsOf(port, should.get(port.name))) };
  });
  return { ...host, ovs: { ...host.ovs, bridges } };
}

function withIdsOf(port: OvsPort, made: OvsPort | undefined): OvsPort {
  const ids = new Map(made?.interfaces.map((one) => [one.name, one.externalIds]));
  const interfaces = port.interfaces.map((one) => ({ ...one, externalIds: ids.get(one.name) ?? one.externalIds }));
  return { ...port, interfaces };
}

/** The host as it is, but for these differences. */
export function withoutLeftovers(left: readonly Difference[], host: HostState, made: HostState): HostState {
  const [numbers, wanted] = [named(host), named(made)];
  const namespaces = host.namespaces.map((ns) => {
    const own = left.filter((one) => one.place.netns === ns.name);
    if (own.length === 0) return ns;
    const should = findNamespace(made, ns.name);
    return mendedNamespace({ ...ns, rules: mendedRules(ns, numbers, own, should, wanted) }, own, should);
  });
  if (!host.ovs) return { ...host, namespaces };
  const bridges = host.ovs.bridges.map((bridge): OvsBridge => {
    const own = left.filter((one) => one.place.bridge === bridge.name);
    if (own.length === 0) return bridge;
    const gone = new Set(own.filter(isFlow).map((one) => `${one.place.table} ${one.name}`));
    const flows = bridge.flows.filter((flow) => {
      const { match } = numbers.ofFlow(bridge, flow);
      return !gone.has(`${flow.table} priority=${flow.priority}${match === "" ? "" : `,${match}`}`);
    });
    const wrong = new Set(own.filter((one) => one.part === "port" && one.kind === "different").map((one) => one.name));
    const should = wrong.size === 0 ? undefined : bridgeNamed(made, bridge.name);
    const ports = bridge.ports.map((port) => {
      const wanted = wrong.has(port.name) ? should?.ports.find((one) => one.name === port.name) : undefined;
      return wanted ? withColumnsOf(wanted, port) : port;
    });
    return { ...bridge, flows, ports: [...ports, ...missingPorts(bridge, own, made)] };
  });
  return { ...host, namespaces, ovs: { ...host.ovs, bridges: [...bridges, ...missingBridges(left, made)] } };
}

/** As whoever sets the host up adds it: with its NIC, and nothing of the agent's. */
function missingBridges(left: readonly Difference[], made: HostState): OvsBridge[] {
  const names = new Set(left.filter((one) => one.part === "bridge" && one.kind === "missing").map((one) => one.name));
  return (made.ovs?.bridges ?? [])
    .filter((bridge) => names.has(bridge.name))
    .map((bridge) => ({
      ...bridge,
      // What a new bridge has.
      flows: bridge.flows.filter(({ table, priority, match }) => table + priority + match.fields.length === 0),
      ports: bridge.ports.filter((port) => port.interfaces.every(({ type }) => type === "" || type === "internal")),
    }));
}

/** Agents see to their own; the kernel's are added like anybody's. */
function mendedRules(
  ns: Namespace,
  numbers: Numbers,
  own: readonly Difference[],
  made: Namespace | undefined,
  wanted: Numbers,
): Namespace["rules"] {
  const names = (kind: Difference["kind"]) =>
    new Set(own.filter((one) => one.part === "rule" && one.kind === kind).map((one) => one.name));
  const [strange, missing] = [names("unexpected"), names("missing")];
  const nameOf = (rule: Namespace["rules"][number], by: Numbers) => by.ofLinkLocal(ruleName(rule, by), ns.name);
  return [
    ...ns.rules.filter((rule) => !strange.has(nameOf(rule, numbers))),
    ...(made?.rules ?? []).filter((rule) => missing.has(nameOf(rule, wanted))),
  ];
}

function isFlow({ part, kind }: Difference): boolean {
  return part === "flow" && kind === "unexpected";
}

/** What a port's VLAN is, and what is noted of it, is the agent's business, where it has one; all else somebody has set. */
function withColumnsOf(wanted: OvsPort, port: OvsPort): OvsPort {
  const { tag, vlanMode: _, protected: __, cvlans: ___, ...rest } = port;
  const { vlanMode, protected: isolated, cvlans, trunks } = wanted;
  const otherConfig = Object.fromEntries(Object.entries(port.otherConfig).filter(([key]) => key in wanted.otherConfig));
  const interfaces = port.interfaces.map((one) => {
    const made = wanted.interfaces.find(({ name }) => name === one.name);
    return made ? { ...one, type: made.type, options: made.options } : one;
  });
  return {
    ...{ ...rest, otherConfig, trunks, interfaces },
    ...(tag !== undefined && wanted.tag !== undefined && { tag }),
    ...(vlanMode !== undefined && { vlanMode }),
    ...(isolated !== undefined && { protected: isolated }),
    ...(cvlans && { cvlans }),
  };
}

/** As whoever plugs a device adds it: its VLAN is the agent's business. */
function missingPorts(bridge: OvsBridge, own: readonly Difference[], made: HostState): OvsPort[] {
  const names = new Set(own.filter((one) => one.part === "port" && one.kind === "missing").map((one) => one.name));
  const ports = bridgeNamed(made, bridge.name)?.ports ?? [];
  const used = bridge.ports.flatMap((port) => port.interfaces.map((one) => one.ofport ?? 0));
  let next = Math.max(0, ...used.filter((one) => one < 0xff00)) + 1;
  return ports
    .filter((port) => names.has(port.name))
    .map(({ tag: _, ...port }) => ({
      ...port,
      otherConfig: {},
      interfaces: port.interfaces.map((one) => ({ ...one, ofport: next++ })),
    }));
}

function mendedNamespace(ns: Namespace, own: readonly Difference[], made: Namespace | undefined): Namespace {
  // Several devices may have the same: each has a link-local route.
  const at = (dev: string | undefined, name: string) => `${dev ?? ""} ${name}`;
  const names = (part: Difference["part"], ...kinds: Difference["kind"][]) =>
    new Set(
      own.filter((one) => one.part === part && kinds.includes(one.kind)).map((one) => at(one.place.device, one.name)),
    );
  const routesGone = names("route", "unexpected", "different");
  const routesMissing = names("route", "missing", "different");
  const neighboursGone = names("neighbour", "unexpected", "different");
  const neighboursMissing = names("neighbour", "missing", "different");
  const addressesMissing = names("address", "missing");
  const addresses = (made?.addresses ?? []).flatMap((one) => {
    if (addressesMissing.has(at(one.dev, `${one.address}/${one.prefix}`))) return [one];
    // What a device gives itself follows from its own MAC.
    const link = ns.links.find((link) => link.name === one.dev);
    const isOwn =
      link &&
      one.scope === "link" &&
      addressesMissing.has(at(one.dev, addressOrChance(`${one.address}/${one.prefix}`)));
    return isOwn ? [{ ...one, address: linkLocalAddress(link.mac) }] : [];
  });
  return {
    ...ns,
    addresses: [...ns.addresses, ...addresses],
    routes: [
      ...ns.routes.filter((one) => !routesGone.has(at(one.dev, routeName(one)))),
      ...(made?.routes ?? []).filter((one) => routesMissing.has(at(one.dev, routeName(one)))),
    ],
    neighbours: [
      ...ns.neighbours.filter(
        (one) => !(neighboursGone.has(at(one.dev, one.address)) && one.state.includes("PERMANENT")),
      ),
      ...(made?.neighbours ?? []).filter((one) => neighboursMissing.has(at(one.dev, one.address))),
    ],
    ...(ns.iptables && { iptables: withoutRules(ns.iptables, own, "iptables") }),
    ...(ns.ip6tables && { ip6tables: withoutRules(ns.ip6tables, own, "ip6tables") }),
  };
}

function withoutRules(
  ruleset: IptablesRuleset,
  own: readonly Difference[],
  part: "iptables" | "ip6tables",
): IptablesRuleset {
  const mine = own.filter((one) => one.part === part);
  const gone = new Set(mine.filter(isUnexpected).map((one) => `${one.place.table} ${one.name}`));
  // Agents leave the policy at what a chain begins with.
  const policies = new Set(mine.filter((one) => one.name === "policy").map((one) => one.place.table));
  if (gone.size === 0 && policies.size === 0) return ruleset;
  return {
    ...ruleset,
    tables: ruleset.tables.map((table) => ({
      ...table,
      chains: table.chains.map((chain) => ({
        ...chain,
        ...(chain.policy && policies.has(`${table.name} ${chain.name}`) && { policy: "ACCEPT" as const }),
        rules: chain.rules.filter((rule) => !gone.has(`${table.name} ${chain.name} ${rule.text}`)),
      })),
    })),
  };
}

function isUnexpected({ kind }: Difference): boolean {
  return kind === "unexpected";
}

function linkOf(host: HostState, netns: string, name: string): Link | undefined {
  return findNamespace(host, netns)?.links.find((one) => one.name === name);
}
