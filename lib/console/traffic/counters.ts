/**
 * What traces and pings have been counted with: by flows, rules and devices that they passed. Kept beside the hosts, as memories are,
 * and shown by the tools: no agent and no check is told of a difference.
 */
import type { StepEvent, TraceEvent } from "../../datapath/event.ts";
import { ROOT } from "../../host/edit.ts";
import type { HostState, Link, Namespace, OvsBridge, OvsInterface } from "../../host/state.ts";
import type { Flow } from "../../net/openflow/ast.ts";
import { printFlow } from "../../net/openflow/print.ts";
import type { PacketView } from "../../net/packet.ts";

interface Count {
  readonly packets: number;
  readonly bytes: number;
}

/** Of one host, by what counted. */
type Own = ReadonlyMap<string, Count>;

type RuleEvent = Extract<StepEvent, { kind: "rule" }>;

/** In the place of a rule's text. */
const POLICY = "-P";
/** Targets that end a packet's way through a table: its policy is not asked. */
const ENDS: ReadonlySet<string> = new Set([
  "ACCEPT",
  "DROP",
  "REJECT",
  "SNAT",
  "DNAT",
  "MASQUERADE",
  "REDIRECT",
  "NETMAP",
]);
/** What rules say while a packet is in their table. */
const WITHIN: ReadonlySet<StepEvent["kind"]> = new Set<StepEvent["kind"]>(["assume", "conntrack", "nat", "rewrite"]);

/** On one host: those of flows that are long gone are among them. */
const MOST = 50_000;
const ETHERNET = 14;
const VLAN_TAG = 4;

const keys = {
  flow: (bridge: string, table: number, text: string) => `flow ${bridge} ${table} ${text}`,
  /** Of a policy, with `-P` for its text. */
  rule: (netns: string, family: 4 | 6, table: string, chain: string, text: string) =>
    `rule ${netns} ${family} ${table} ${chain} ${text}`,
  link: (netns: string, device: string, dir: "in" | "out") => `link ${netns} ${device} ${dir}`,
  virtual: (port: string, dir: "in" | "out") => `virtual ${port} ${dir}`,
};

/** A flow's text is long to make; flows are never changed in place. */
const texts = new WeakMap<Flow, string>();

function textOf(flow: Flow): string {
  const text = texts.get(flow) ?? printFlow(flow);
  texts.set(flow, text);
  return text;
}

/** Counted in place: that costs what a trace passed, not what was counted before. */
export class Counts {
  private readonly hosts = new Map<string, Map<string, Count>>();

  of(host: string): Own {
    return this.own(host);
  }

  /** @param times how often all but the questions for addresses was sent */
  add(events: Iterable<TraceEvent>, times = 1): void {
    /** Of the packet that a host saw last. */
    const lengths = new Map<string, PacketView>();
    /**
     * The rule that a packet met last in the table that it is passing. A chain of which it met none is not told of: on Neutron's hosts, all
     * built-in chains but nat's INPUT begin with a jump.
     */
    let passing: RuleEvent | undefined;
    const count = ({ host, leg }: StepEvent, key: string, layer: 2 | 3) => {
      const packet = lengths.get(host);
      const layer2 = layer === 3 ? 0 : ETHERNET + (packet?.vlan === undefined ? 0 : VLAN_TAG);
      const packets = /^(request|reply|error)$/.test(leg) ? times : 1;
      const own = this.own(host);
      own.set(key, plus(own.get(key) ?? NONE, { packets, bytes: packets * ((packet?.length ?? 0) + layer2) }));
      if (own.size > MOST) own.clear();
    };
    for (const event of events) {
      if (event.kind === "verdict") continue;
      if (passing && !stays(passing, event)) {
        const { netns, family, table, hook, target } = passing;
        if (!ENDS.has(target)) count(passing, keys.rule(netns, family, table, hook, POLICY), 3);
        passing = undefined;
      }
      if ("packet" in event && event.packet) lengths.set(event.host, event.packet);
      switch (event.kind) {
        case "flow":
          count(event, keys.flow(event.bridge, event.table, event.text), 2);
          if (event.patch !== undefined) count(event, keys.virtual(event.patch, "in"), 2);
          break;
        case "rule":
          passing = event;
          count(event, keys.rule(event.netns, event.family, event.table, event.chain, event.text), 3);
          break;
        case "frame":
          count(event, keys.link(event.netns, event.device, event.dir), 2);
          break;
        case "encap":
        case "decap":
          count(event, keys.virtual(event.port, event.kind === "encap" ? "out" : "in"), 2);
          break;
        default:
      }
    }
  }

  /** Flows that a command on the host made anew count from nothing. */
  forgetFlows(before: HostState, after: HostState): void {
    const own = this.hosts.get(before.name);
    if (!own) return;
    for (const [i, bridge] of (before.ovs?.bridges ?? []).entries()) {
      const next = after.ovs?.bridges.find((one) => one.name === bridge.name)?.flows;
      if (next === bridge.flows || after.ovs?.bridges[i] === bridge) continue;
      const kept = new Set(next);
      for (const flow of bridge.flows)
        if (!kept.has(flow)) own.delete(keys.flow(bridge.name, flow.table, textOf(flow)));
    }
  }

  /** Rules that a command on the host, as its tools show it, made anew or set to nothing count from nothing. */
  forgetRules(before: HostState, after: HostState): void {
    const own = this.hosts.get(before.name);
    if (!own) return;
    for (const ns of before.namespaces) {
      const next = after.namespaces.find((one) => one.name === ns.name);
      for (const [family, was, is] of [
        [4, ns.iptables, next?.iptables],
        [6, ns.ip6tables, next?.ip6tables],
      ] as const) {
        if (was === is) continue;
        const kept = new Set(is?.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules)));
        for (const table of was?.tables ?? [])
          for (const chain of table.chains) {
            const forget = (text: string) => own.delete(keys.rule(ns.name, family, table.name, chain.name, text));
            for (const rule of chain.rules) if (!kept.has(rule)) forget(rule.text);
            if (chain.policy === undefined) continue;
            const now = is?.tables
              .find(({ name }) => name === table.name)
              ?.chains.find(({ name }) => name === chain.name);
            if (now?.packets !== chain.packets) forget(POLICY);
          }
      }
    }
  }

  private own(host: string): Map<string, Count> {
    const known = this.hosts.get(host) ?? new Map<string, Count>();
    this.hosts.set(host, known);
    return known;
  }
}

/** Whether the packet is still in the same table, at the same hook. */
function stays(at: RuleEvent, event: StepEvent): boolean {
  if (event.kind !== "rule") return WITHIN.has(event.kind);
  const place = (one: RuleEvent) => [one.host, one.netns, one.branch, one.family, one.table, one.hook].join(" ");
  return place(event) === place(at);
}

/** What the tools show: the host with what was counted on it. */
export function withCounts(host: HostState, counts: Counts): HostState {
  const own = counts.of(host.name);
  const touched = new Set([...own.keys()].map((key) => key.split(" ", 2).join(" ")));
  const namespaces = host.namespaces.map((ns) => inNamespace(ns, own, touched));
  if (!host.ovs) return { ...host, namespaces };
  const devices = new Map(namespaces.flatMap((ns) => ns.links.map((link) => [`${ns.name} ${link.name}`, link.stats])));
  const bridges = host.ovs.bridges.map((bridge) => inBridge(bridge, own, touched, devices));
  return { ...host, namespaces, ovs: { ...host.ovs, bridges } };
}

const NONE: Count = { packets: 0, bytes: 0 };

function plus<T extends Count>(one: T, more: Count | undefined): T {
  return more ? { ...one, packets: one.packets + more.packets, bytes: one.bytes + more.bytes } : one;
}

function inNamespace(ns: Namespace, own: Own, touched: ReadonlySet<string>): Namespace {
  const links = ns.links.map((link) => {
    const [rx, tx] = [own.get(keys.link(ns.name, link.name, "in")), own.get(keys.link(ns.name, link.name, "out"))];
    const was = link.stats ?? { ...{ rxPackets: 0, txPackets: 0, rxBytes: 0, txBytes: 0 }, ...NO_ERRORS };
    const stats = {
      ...was,
      rxPackets: was.rxPackets + (rx ?? NONE).packets,
      rxBytes: was.rxBytes + (rx ?? NONE).bytes,
      txPackets: was.txPackets + (tx ?? NONE).packets,
      txBytes: was.txBytes + (tx ?? NONE).bytes,
    };
    return { ...link, stats };
  });
  if (!touched.has(`rule ${ns.name}`)) return { ...ns, links };
  const ruleset = (family: 4 | 6) => {
    const given = family === 4 ? ns.iptables : ns.ip6tables;
    return (
      given && {
        ...given,
        tables: given.tables.map((table) => ({
          ...table,
          chains: table.chains.map((chain) => {
            const counted = (text: string) => own.get(keys.rule(ns.name, family, table.name, chain.name, text));
            return {
              ...plus(chain, counted(POLICY)),
              rules: chain.rules.map((rule) => plus(rule, counted(rule.text))),
            };
          }),
        })),
      }
    );
  };
  const [iptables, ip6tables] = [ruleset(4), ruleset(6)];
  return { ...ns, links, ...(iptables && { iptables }), ...(ip6tables && { ip6tables }) };
}

const NO_ERRORS = { rxDropped: 0, txDropped: 0, rxErrors: 0, txErrors: 0 };

type Stats = NonNullable<Link["stats"]>;

function inBridge(
  bridge: OvsBridge,
  own: Own,
  touched: ReadonlySet<string>,
  devices: ReadonlyMap<string, Stats | undefined>,
): OvsBridge {
  const ports = bridge.ports.map((port) => ({
    ...port,
    interfaces: port.interfaces.map((one) => {
      const stats = portStats(one, own, devices.get(`${one.netns ?? ROOT} ${one.name}`));
      return stats ? { ...one, stats } : one;
    }),
  }));
  if (!touched.has(`flow ${bridge.name}`)) return { ...bridge, ports };
  const flows = bridge.flows.map((flow) => plus(flow, own.get(keys.flow(bridge.name, flow.table, textOf(flow)))));
  return { ...bridge, ports, flows };
}

/** As the switch counts: what an internal device sends comes in, and what one end of a patch sends, the other one gets. */
function portStats({ name, type, options }: OvsInterface, own: Own, device: Stats | undefined): Stats | undefined {
  if (type === "internal" && device) return { ...NO_ERRORS, ...swapped(device) };
  if (device || !/^(patch|vxlan|gre|geneve)$/.test(type)) return device;
  const rx = own.get(keys.virtual(name, "in")) ?? NONE;
  const tx = own.get(type === "patch" ? keys.virtual(options.peer ?? "", "in") : keys.virtual(name, "out")) ?? NONE;
  return { ...NO_ERRORS, rxPackets: rx.packets, rxBytes: rx.bytes, txPackets: tx.packets, txBytes: tx.bytes };
}

const swapped = ({ rxPackets, rxBytes, txPackets, txBytes }: Stats) => ({
  ...{ rxPackets: txPackets, rxBytes: txBytes },
  ...{ txPackets: rxPackets, txBytes: rxBytes },
});
