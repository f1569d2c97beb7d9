/** Events made from the recorded pings, for tests of the view: frames as they were captured, and flows as `ofproto/trace` printed them. */
import { readFileSync } from "node:fs";
import type { Leg, StepEvent, TraceEvent, VerdictEvent } from "../../datapath/event.ts";
import type { PacketView } from "../../net/packet.ts";

interface RecordedHop {
  host: string;
  netns: string;
  dev: string;
  dir: "in" | "out";
  eth_src: string;
  eth_dst: string;
  vlan?: number;
  ip_src?: string;
  ip_dst?: string;
  ttl?: number;
  vxlan?: { vni: number; src: string; dst: string };
}
interface RecordedTrace {
  host: string;
  bridge: string;
  entry: string;
  output: string;
}
interface RecordedCase {
  id: string;
  ok: boolean;
  request?: { hops: RecordedHop[] };
  reply?: { hops: RecordedHop[] };
  trace_request?: RecordedTrace[];
  trace_reply?: RecordedTrace[];
  messages?: Record<string, { hops: RecordedHop[] }>;
}

export function recordedCases(mode: "legacy" | "dvr"): RecordedCase[] {
  const text = readFileSync(new URL(`../../../e2e/recordings/${mode}/truth.json`, import.meta.url), "utf8");
  const parsed: { cases: RecordedCase[] } = JSON.parse(text);
  return parsed.cases;
}

/** A trace that looks like the recorded ping: request and reply legs, and a verdict. */
export function recordedTrace(mode: "legacy" | "dvr", id: string): TraceEvent[] {
  const found = recordedCases(mode).find((one) => one.id === id);
  if (!found) throw new Error(`no recorded case ${id}`);
  const events: TraceEvent[] = [];
  if (found.messages) {
    for (const [type, message] of Object.entries(found.messages)) {
      leg(events, `dhcp-${type.toLowerCase()}` as Leg, message.hops, []); // The recording names the messages as the legs do.
    }
  } else {
    leg(events, "request", found.request?.hops ?? [], found.trace_request ?? []);
    leg(events, "reply", found.reply?.hops ?? [], found.trace_reply ?? []);
  }
  events.push(verdict(events, found.ok));
  return events;
}

function leg(events: TraceEvent[], name: Leg, hops: readonly RecordedHop[], traces: readonly RecordedTrace[]): void {
  const left = [...traces];
  for (const hop of hops) {
    const place = { host: hop.host, netns: hop.netns || "root", device: hop.dev };
    events.push({
      seq: events.length,
      leg: name,
      branch: "0",
      ...place,
      kind: "frame",
      dir: hop.dir,
      packet: packet(hop),
    });
    const at = left.findIndex((trace) => trace.host === hop.host && trace.entry === hop.dev);
    const trace = at < 0 ? undefined : left.splice(at, 1)[0];
    if (trace) flows(events, name, trace);
  }
}

function packet(hop: RecordedHop): PacketView {
  const view: PacketView = { eth_src: hop.eth_src, eth_dst: hop.eth_dst, eth_type: 0x0800, length: 84 };
  if (hop.vlan !== undefined) view.vlan = hop.vlan;
  if (hop.ip_src)
    Object.assign(view, {
      ip_src: hop.ip_src,
      ip_dst: hop.ip_dst,
      ttl: hop.ttl,
      ip_proto: 1,
      icmp_type: 8,
      icmp_code: 0,
      icmp_id: 7,
      icmp_seq: 1,
    });
  if (hop.vxlan) view.vxlan = { vni: hop.vxlan.vni, src: hop.vxlan.src, dst: hop.vxlan.dst };
  return view;
}

/** One flow event for each table that the trace's text went through. */
function flows(events: TraceEvent[], name: Leg, trace: RecordedTrace): void {
  let bridge = trace.bridge;
  for (const line of trace.output.split("\n")) {
    const header = /^bridge\("([^"]+)"\)/.exec(line);
    if (header?.[1]) bridge = header[1];
    const flow = /^\s?(\d+)\. (.*)$/.exec(line);
    if (!flow) continue;
    const text = flow[2] ?? "";
    const priority = Number(/priority (\d+)/.exec(text)?.[1] ?? 0);
    const event: StepEvent = {
      seq: events.length,
      leg: name,
      branch: "0",
      host: trace.host,
      netns: "root",
      device: bridge,
      kind: "flow",
      bridge,
      table: Number(flow[1]),
      priority,
      cookie: "0x0",
      text,
    };
    events.push(event);
  }
}

function verdict(events: readonly TraceEvent[], ok: boolean): VerdictEvent {
  const last = events.at(-1);
  const place = last
    ? { host: last.host, netns: last.netns, device: last.device }
    : { host: "", netns: "root", device: "" };
  return {
    kind: "verdict",
    seq: events.length,
    ...place,
    leg: last?.leg ?? "request",
    branch: "0",
    outcome: ok ? "delivered" : "dropped",
    code: ok ? "DELIVERED" : "SECURITY_GROUP_DENIED",
    summary: ok ? "The reply came back." : "It was dropped.",
  };
}
