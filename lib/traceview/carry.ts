/** The packet as a step leaves it: events that change it say how, but only some carry the whole. */
import type { StepEvent } from "../datapath/event.ts";
import type { PacketView } from "../net/packet.ts";

/** The VLAN id within a 16-bit TCI as `vlan_vid` carries it. */
const VID_MASK = 0xfff;

const NUMBERS = new Set(["ttl", "tos", "arp_op", "tp_src", "tp_dst", "icmp_type", "icmp_code", "icmp_id", "vlan_pcp"]);
const TEXTS = new Set([
  "eth_src",
  "eth_dst",
  "arp_spa",
  "arp_tpa",
  "arp_sha",
  "arp_tha",
  "ip_src",
  "ip_dst",
  "nd_target",
]);

export function packetAfter(event: StepEvent, packet: PacketView | undefined): PacketView | undefined {
  if ("packet" in event && event.packet) return event.packet;
  return event.kind === "rewrite" && packet ? rewritten(packet, event.field, event.to) : packet;
}

function rewritten(packet: PacketView, field: string, to: string): PacketView {
  if (field === "vlan_vid" || field === "vlan_tci" || field === "vlan") return tagged(packet, Number(to) & VID_MASK);
  if (TEXTS.has(field)) return { ...packet, [field]: to };
  if (NUMBERS.has(field) && Number.isFinite(Number(to))) return { ...packet, [field]: Number(to) };
  return packet;
}

/** The same frame with another outermost VLAN id. */
export function tagged(packet: PacketView, vlan: number): PacketView {
  return packet.vlan === vlan ? packet : { ...packet, vlan };
}
