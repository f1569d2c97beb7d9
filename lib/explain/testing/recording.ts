/**
 * Recorded pings as text: what captures on every device of every host showed (e2e/recordings), and the same words for what
 * the engine says, so that a difference reads as two lines.
 */
import type { StepEvent, TraceEvent } from "../../datapath/event.ts";

export interface RecordedHop {
  host: string;
  /** Empty for the host's own namespace. */
  netns: string;
  dev: string;
  dir: "in" | "out";
  eth_src: string;
  eth_dst: string;
  ip_src?: string;
  ip_dst?: string;
  ttl?: number;
  vlan?: number;
  arp_op?: number;
  arp_spa?: string;
  arp_tpa?: string;
  vxlan?: { vni: number; src: string; dst: string; eth_src: string; eth_dst: string };
}

interface RecordedSide {
  hops: RecordedHop[];
}

export interface RecordedCase {
  id: string;
  src: string;
  dst: string;
  ok: boolean;
  /** Options of ping that matter: -s, -M do, -t. */
  opts?: string[];
  request?: RecordedSide;
  reply?: RecordedSide;
  error?: RecordedSide;
  arp_request?: RecordedSide;
  arp_reply?: RecordedSide;
  /** The messages of a DHCP exchange. */
  messages?: Record<string, RecordedSide>;
}

type Frame = StepEvent & { kind: "frame" };

/** The frames of one leg, in order, all branches. */
export function frames(events: readonly TraceEvent[], leg: string): Frame[] {
  return events.filter((e): e is Frame => e.kind === "frame" && e.leg === leg);
}

/** Place, direction and headers of a captured frame. */
export function fromHop(h: RecordedHop): string {
  const x = h.vxlan;
  return [
    `${h.host}:${h.netns ? `${h.netns}/` : ""}${h.dev} ${h.dir}`,
    `${h.eth_src}>${h.eth_dst}`,
    h.vlan === undefined ? "" : `vlan ${h.vlan}`,
    h.arp_op === undefined ? `${h.ip_src}>${h.ip_dst} ttl ${h.ttl}` : `arp ${h.arp_op} ${h.arp_spa}>${h.arp_tpa}`,
    x ? `vxlan ${x.vni} ${x.src}>${x.dst} ${x.eth_src}>${x.eth_dst}` : "",
  ].join(" ");
}

/** The same words for a frame of the engine's. */
export function fromFrame(f: Frame): string {
  const p = f.packet;
  const x = p.vxlan;
  return [
    `${f.host}:${f.netns === "root" ? "" : `${f.netns}/`}${f.device} ${f.dir}`,
    `${p.eth_src}>${p.eth_dst}`,
    p.vlan === undefined ? "" : `vlan ${p.vlan}`,
    p.arp_op === undefined ? `${p.ip_src}>${p.ip_dst} ttl ${p.ttl}` : `arp ${p.arp_op} ${p.arp_spa}>${p.arp_tpa}`,
    x ? `vxlan ${x.vni} ${x.src}>${x.dst} ${x.eth_src}>${x.eth_dst}` : "",
  ].join(" ");
}
