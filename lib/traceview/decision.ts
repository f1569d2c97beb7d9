/** What decided a hop: one line of the kind that a terminal would print, and the element behind it. */
import type { Element, StepEvent } from "../datapath/event.ts";

export interface Decision {
  /** Word for what decided: `flow`, `route`, `rule`, `FDB`, … */
  by: string;
  text: string;
  event: StepEvent;
  /** The hop ended the packet's way. */
  fault: boolean;
}

/** The higher, the more telling; steps of equal rank: the later one counts. */
const RANK: Record<StepEvent["kind"], number> = {
  drop: 100,
  redacted: 90,
  nat: 80,
  route: 70,
  rule: 60,
  encap: 56,
  neighbour: 50,
  flood: 45,
  flow: 40,
  fdb: 38,
  decap: 20,
  exit: 18,
  deliver: 15,
  conntrack: 12,
  assume: 10,
  action: 8,
  learn: 6,
  rewrite: 5,
  frame: 0,
};

/** A hop, or any run of steps between two frames. */
interface Steps {
  events: readonly StepEvent[];
}

/** Undefined for a hop that only passed the frame on. */
export function decisionOf(hop: Steps): Decision | undefined {
  let best: StepEvent | undefined;
  for (const event of hop.events) {
    if (!couldDecide(event)) continue;
    if (!best || rank(event) >= rank(best)) best = event;
  }
  if (!best) return undefined;
  const flow = isSwitching(best) ? decidingFlow(hop) : undefined;
  if (flow) return { by: "flow", text: flowLine(hop, flow), event: flow, fault: false };
  return {
    ...lineOf(best),
    event: best,
    fault: best.kind === "drop" || (best.kind === "redacted" && best.outcome === "dropped"),
  };
}

function couldDecide(event: StepEvent): boolean {
  if (event.kind === "frame" || event.kind === "action") return false;
  if (event.kind === "flood") return event.ports.length > 1;
  return event.kind !== "rule" || decides(event);
}

function isSwitching(event: StepEvent): boolean {
  return (
    event.kind === "flow" ||
    event.kind === "fdb" ||
    event.kind === "flood" ||
    event.kind === "encap" ||
    event.kind === "decap" ||
    event.kind === "learn" ||
    event.kind === "rewrite"
  );
}

type FlowEvent = Extract<StepEvent, { kind: "flow" }>;

/** The last flow, where it hands over to MAC learning; else the last one that matched on more than the port. */
function decidingFlow(hop: Steps): FlowEvent | undefined {
  const flows = hop.events.filter((event) => event.kind === "flow");
  const last = flows.at(-1);
  if (last && isNormal(last)) return last;
  return flows.findLast((flow) => /(?:dl_|nw_|arp|tun_id|metadata|ct_|icmp|tcp|udp)/.test(matchOf(flow))) ?? last;
}

function isNormal(flow: FlowEvent): boolean {
  return /actions=.*\bNORMAL\b/i.test(flow.text);
}

function matchOf(flow: FlowEvent): string {
  return shortFlow(flow.text).split(" → ")[0] ?? "";
}

function flowLine(hop: Steps, flow: FlowEvent): string {
  const table = tableLabel(flow.table, flow.tableName);
  if (!isNormal(flow)) return `${table}: ${shortFlow(flow.text).replace(/learn\([^()]*\)/g, "learn(…)")}`;
  const lookup = hop.events.findLast((event) => event.kind === "fdb" || event.kind === "flood");
  return `${table}: NORMAL${lookup ? `, ${lookup.kind === "flood" ? `flooded ${lineOf(lookup).text}` : lineOf(lookup).text}` : ""}`;
}

/** The rule of the port's own chain tells more than the ACCEPT behind it. */
function rank(event: StepEvent): number {
  return event.kind === "rule" && isOfPort(event) ? RANK.rule + 1 : RANK[event.kind];
}

/** Rules that only lead into another chain, or back, explain nothing by themselves. */
function decides(rule: Extract<StepEvent, { kind: "rule" }>): boolean {
  if (isOfPort(rule)) return true;
  const { target } = rule;
  return (
    target === target.toUpperCase() &&
    target !== "RETURN" &&
    target !== "CT" &&
    target !== "MARK" &&
    target !== "CONNMARK"
  );
}

/** A port's ingress or egress chain (neutron/agent/linux/iptables_firewall.py CHAIN_NAME_PREFIX) has let the packet pass. */
function isOfPort(rule: Extract<StepEvent, { kind: "rule" }>): boolean {
  return rule.target === "RETURN" && /^neutron-[a-z-]+-[io][0-9a-f]{8}/.test(rule.chain);
}

/** One step in one line. */
export function lineOf(event: StepEvent): { by: string; text: string } {
  switch (event.kind) {
    case "frame":
      return { by: "frame", text: event.dir === "in" ? "received" : "sent" };
    case "flow":
      return {
        by: "flow",
        text: `${event.bridge} ${tableLabel(event.table, event.tableName)}: ${shortFlow(event.text)}`,
      };
    case "action":
      return { by: "action", text: event.text };
    case "fdb":
      return {
        by: "FDB",
        text: event.hit
          ? `${event.mac} is at ${event.port}`
          : `${event.mac} is not known${event.vlan === undefined ? "" : ` in VLAN ${event.vlan}`}`,
      };
    case "rule":
      return { by: "rule", text: `${tablePrefix(event.table)}${shortRule(event.text)}` };
    case "conntrack":
      return { by: "conntrack", text: `${event.state} in zone ${event.zone}${event.commit ? ", committed" : ""}` };
    case "nat":
      return { by: event.nat === "snat" ? "SNAT" : "DNAT", text: `${event.from} → ${event.to}` };
    case "route":
      return { by: "route", text: event.text };
    case "neighbour":
      return {
        by: event.source === "proxy" ? "proxy ARP" : "neighbour",
        text: event.text || `${event.address} is ${event.mac}`,
      };
    case "rewrite":
      return { by: "rewrite", text: `${event.field} ${event.from} → ${event.to}` };
    case "flood":
      return {
        by: "flood",
        text: `to ${event.ports.length} ${event.ports.length === 1 ? "port" : "ports"}${event.vlan === undefined ? "" : ` of VLAN ${event.vlan}`}`,
      };
    case "encap":
      return {
        by: event.tunnel,
        text: `${event.port} → ${event.dst}, ${event.tunnel === "gre" ? "key" : "VNI"} ${event.key}`,
      };
    case "decap":
      return { by: event.tunnel, text: `from ${event.src} by ${event.port}` };
    case "learn":
      return { by: "learn", text: event.text };
    case "assume":
      return { by: "assumed", text: `${event.what}: ${event.basis}` };
    case "drop":
      return { by: ELEMENT_WORDS[event.element.type], text: elementText(event.element) };
    case "deliver":
      return { by: "delivered", text: `to ${event.to}` };
    case "exit":
      return { by: "left", text: `to ${event.segment}` };
    case "redacted":
      return { by: event.by, text: event.text };
  }
}

const ELEMENT_WORDS: Record<Element["type"], string> = {
  flow: "flow",
  group: "group",
  "iptables-rule": "rule",
  "iptables-policy": "policy",
  route: "route",
  "policy-rule": "rule",
  neighbour: "neighbour",
  fdb: "FDB",
  link: "link",
  "ovs-port": "OVS port",
  "ovs-bridge": "bridge",
  tunnel: "tunnel",
  sysctl: "sysctl",
  namespace: "namespace",
  conntrack: "conntrack",
  dnsmasq: "dnsmasq",
  guest: "guest",
  port: "port",
  config: "setting",
  gap: "missing",
};

export function elementWord(element: Element): string {
  return ELEMENT_WORDS[element.type];
}

/** An element as its tool prints it, with the table, chain or bridge that the text alone does not name. */
export function elementText(element: Element): string {
  switch (element.type) {
    case "flow":
      return `${element.bridge} table ${element.table}: ${shortFlow(element.text)}`;
    case "iptables-rule":
    case "iptables-policy":
      return element.text.startsWith("-A ")
        ? `${tablePrefix(element.table)}${shortRule(element.text)}`
        : `${element.table} ${element.chain}: ${element.text}`;
    default:
      return element.text;
  }
}

export function tableLabel(table: number, name: string | undefined): string {
  return name ? `${name.replace(/_TABLE$/, "")} ${table}` : `table ${table}`;
}

/** A flow without its cookie, counters and table: the match and the actions. */
export function shortFlow(text: string): string {
  return text
    .replace(
      /\b(?:cookie|duration|priority|n_packets|n_bytes|idle_age|hard_age|idle_timeout|hard_timeout|send_flow_rem|table)=?[^,\s]*,?\s?/g,
      "",
    )
    .replace(/\s+actions=/, " → ")
    .replace(/^[\s,]+/, "")
    .trim();
}

/** iptables' own default is left unsaid, as on its command line. */
function tablePrefix(table: string): string {
  return table === "filter" ? "" : `${table} `;
}

/** A rule without its comment and the `-A`: `chain -p icmp → RETURN`. */
export function shortRule(text: string): string {
  return text
    .replace(/^(?:\[\d+:\d+\]\s*)?-A\s+/, "")
    .replace(/\s-m comment/g, "")
    .replace(/\s--comment (?:"[^"]*"|\S+)/g, "")
    .replace(/\s-[jg] /, " → ");
}
