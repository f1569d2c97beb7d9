/** One line of prose for each kind of step. Pure, of types alone: the dashboard and the command line both use it. */
import type { Step, StepEvent } from "../datapath/event.ts";

/** What a step means, without its place: the reader has that beside it. */
export function describe(event: StepEvent): string {
  return describeStep(event);
}

function describeStep(s: Step): string {
  switch (s.kind) {
    case "frame":
      return s.dir === "in" ? "frame comes in" : "frame goes out";
    case "flow":
      return `${s.bridge} table ${s.table}${s.tableName ? ` (${s.tableName})` : ""}: ${s.text}`;
    case "action":
      return `${s.bridge}: ${s.text}`;
    case "fdb":
      return s.hit
        ? `${s.bridge} knows ${s.mac}${s.vlan === undefined ? "" : ` in VLAN ${s.vlan}`} behind ${s.port}`
        : `${s.bridge} does not know ${s.mac}${s.vlan === undefined ? "" : ` in VLAN ${s.vlan}`}`;
    case "rule":
      return `${s.family === 4 ? "iptables" : "ip6tables"} ${s.table} ${s.hook}: ${s.text}`;
    case "conntrack":
      return `connection tracking, zone ${s.zone}: ${s.state}${s.commit ? ", committed" : ""}${s.text ? ` (${s.text})` : ""}`;
    case "nat":
      return `${s.nat === "snat" ? "source" : "destination"} ${s.from} becomes ${s.to}`;
    case "route":
      return `${s.local ? "for this namespace" : "route"}, table ${s.table}: ${s.text}${s.rule ? ` (rule ${s.rule})` : ""}`;
    case "neighbour":
      return s.source === "proxy"
        ? `answers for ${s.address} as a proxy (${s.text})`
        : `${s.address} is at ${s.mac} on ${s.dev}${s.source === "arp" ? ", by ARP" : ""}`;
    case "rewrite":
      return `${s.field} ${s.from} becomes ${s.to}`;
    case "flood":
      return `${s.bridge} floods${s.vlan === undefined ? "" : ` VLAN ${s.vlan}`} to ${s.ports.length === 0 ? "nobody" : s.ports.join(", ")}`;
    case "encap":
      return `into ${s.tunnel} ${s.key} from ${s.src} to ${s.dst}, by ${s.port}`;
    case "decap":
      return `out of ${s.tunnel} ${s.key} from ${s.src} to ${s.dst}, by ${s.port}`;
    case "learn":
      return `${s.bridge} learns ${s.text}`;
    case "assume":
      return `assumed: ${s.what} (${s.basis})`;
    case "drop":
      return `dropped, ${s.code}: ${s.element.type} ${s.element.text}`;
    case "deliver":
      return `delivered to ${s.to}`;
    case "exit":
      return `leaves the snapshot by ${s.segment}`;
    case "redacted":
      return `${s.by}: ${s.text}`;
    default:
      return s satisfies never;
  }
}
