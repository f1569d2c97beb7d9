/** A frame as its project would see it in a capture of its own: without tunnels and tags, and without strangers' addresses. */
import type { PacketView } from "../../net/packet.ts";
import type { Knowledge } from "./known.ts";

const HIDDEN_MAC = "00:00:00:00:00:00";

/** Built field by field: what is added to packets later is not in it by itself. */
export function redactPacket(known: Knowledge, packet: PacketView): PacketView {
  const mac = (text: string) => (known.hasMac(text) ? text : HIDDEN_MAC);
  const address = (text: string) => (known.hasAddress(text) ? text : text.includes(":") ? "::" : "0.0.0.0");
  const out: PacketView = {
    eth_src: mac(packet.eth_src),
    eth_dst: mac(packet.eth_dst),
    eth_type: packet.eth_type,
    length: packet.length,
  };
  for (const field of ["arp_sha", "arp_tha"] as const) {
    const text = packet[field];
    if (text !== undefined) out[field] = mac(text);
  }
  for (const field of ["arp_spa", "arp_tpa", "ip_src", "ip_dst", "nd_target"] as const) {
    const text = packet[field];
    if (text !== undefined) out[field] = address(text);
  }
  for (const field of NUMBERS) {
    const number = packet[field];
    if (number !== undefined) out[field] = number;
  }
  if (packet.df) out.df = true;
  if (packet.frag) out.frag = packet.frag;
  const { dhcp } = packet;
  if (dhcp)
    out.dhcp = {
      type: dhcp.type,
      xid: dhcp.xid,
      chaddr: mac(dhcp.chaddr),
      ...(dhcp.yiaddr === undefined ? {} : { yiaddr: address(dhcp.yiaddr) }),
      ...(dhcp.serverId === undefined ? {} : { serverId: address(dhcp.serverId) }),
      ...(dhcp.requestedIp === undefined ? {} : { requestedIp: address(dhcp.requestedIp) }),
    };
  if (packet.quoted) out.quoted = redactPacket(known, packet.quoted);
  return out;
}

const NUMBERS = [
  "arp_op",
  "ip_proto",
  "ttl",
  "tos",
  "tp_src",
  "tp_dst",
  "tcp_flags",
  "icmp_type",
  "icmp_code",
  "icmp_id",
  "icmp_seq",
] as const;
