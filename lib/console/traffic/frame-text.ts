/** A frame as tcpdump 4.99 prints it (print-ether.c, print-arp.c, print-icmp.c, print-vxlan.c, …). */
import type { PacketView } from "../../net/packet.ts";

const TYPES: Readonly<Record<number, string>> = {
  2048: "IPv4",
  2054: "ARP",
  34525: "IPv6",
  33024: "802.1Q",
  34984: "802.1Q-QinQ",
};
const ETHERNET = 14;
const TAG = 4;
/** Ethernet, IP, UDP and VXLAN headers around a frame. */
const VXLAN_HEADERS = { l3: 20 + 8 + 8 };

const typeText = (type: number) => `${TYPES[type] ?? "Unknown"} (0x${type.toString(16).padStart(4, "0")})`;

/** @param ethernet with `-e` */
export function frameText(p: PacketView, ethernet: boolean): string {
  const tunnel = p.vxlan ?? p.geneve ?? p.gre;
  return tunnel ? tunnelText(p, ethernet) : plainText(p, ethernet);
}

function plainText(p: PacketView, ethernet: boolean): string {
  const length = ETHERNET + (p.vlan === undefined ? 0 : TAG) + (p.inner_vlan === undefined ? 0 : TAG) + p.length;
  const tags = [p.vlan, p.inner_vlan]
    .filter((vlan) => vlan !== undefined)
    .map((vlan, i) => `vlan ${vlan}, p ${i === 0 ? (p.vlan_pcp ?? 0) : 0}, `);
  if (!ethernet) return `${tags.join("")}${protocolWord(p)}${bodyText(p)}`;
  const head = `${p.eth_src} > ${p.eth_dst === "ff:ff:ff:ff:ff:ff" ? "Broadcast" : p.eth_dst}`.replace(
    "Broadcast",
    "ff:ff:ff:ff:ff:ff",
  );
  const first = p.vlan === undefined ? p.eth_type : 0x8100;
  const inner = p.vlan === undefined ? "" : `${tags.join("")}ethertype ${typeText(p.eth_type)}, `;
  return `${head}, ethertype ${typeText(first)}, length ${length}: ${inner}${bodyText(p)}`;
}

function protocolWord(p: PacketView): string {
  if (p.eth_type === 0x0806) return "ARP, ";
  return p.eth_type === 0x86dd ? "IP6 " : p.eth_type === 0x0800 ? "IP " : "";
}

function bodyText(p: PacketView): string {
  if (p.arp_op !== undefined) return arpText(p);
  const { ip_src: src, ip_dst: dst } = p;
  if (src === undefined || dst === undefined) return `ethertype ${typeText(p.eth_type)}, length ${p.length}`;
  const header = src.includes(":") ? 40 : 20;
  const payload = p.length - header;
  if (p.frag === "later") return `${src} > ${dst}: ip-proto-${p.ip_proto}`;
  if (p.icmp_type !== undefined)
    return `${src} > ${dst}: ${src.includes(":") ? icmp6Text(p) : icmpText(p)}, length ${payload}`;
  const from = p.tp_src === undefined ? src : `${src}.${p.tp_src}`;
  const to = p.tp_dst === undefined ? dst : `${dst}.${p.tp_dst}`;
  if (p.dhcp)
    return `${from} > ${to}: BOOTP/DHCP, ${/^(DISCOVER|REQUEST)$/.test(p.dhcp.type) ? `Request from ${p.dhcp.chaddr}` : "Reply"}, length ${payload - 8}`;
  if (p.ip_proto === 6)
    return `${from} > ${to}: Flags [${tcpFlags(p.tcp_flags ?? 0)}], length ${Math.max(0, payload - 20)}`;
  if (p.ip_proto === 17) return `${from} > ${to}: UDP, length ${payload - 8}`;
  return `${from} > ${to}: ip-proto-${p.ip_proto} ${payload}`;
}

function arpText(p: PacketView): string {
  if (p.arp_op === 2) return `Reply ${p.arp_spa} is-at ${p.arp_sha}, length ${p.length}`;
  return `Request who-has ${p.arp_tpa} tell ${p.arp_spa}, length ${p.length}`;
}

const UNREACHABLE: Readonly<Record<number, string>> = {
  0: "net %s unreachable",
  1: "host %s unreachable",
  3: "%s unreachable",
  10: "host %s unreachable - admin prohibited",
  13: "host %s unreachable - admin prohibited filter",
};

function icmpText(p: PacketView): string {
  const { icmp_type: type, icmp_code: code = 0, quoted } = p;
  if (type === 8 || type === 0)
    return `ICMP echo ${type === 8 ? "request" : "reply"}, id ${p.icmp_id ?? 0}, seq ${p.icmp_seq ?? 0}`;
  if (type === 11) return "ICMP time exceeded in-transit";
  if (type === 3 && code === 4) return `ICMP ${quoted?.ip_dst ?? ""} unreachable - need to frag`;
  const what =
    code === 3
      ? `${quoted?.ip_dst ?? ""} ${quoted?.ip_proto === 17 ? "udp" : "tcp"} port ${quoted?.tp_dst ?? ""}`
      : (quoted?.ip_dst ?? "");
  if (type === 3) return `ICMP ${(UNREACHABLE[code] ?? `%s unreachable - #${code}`).replace("%s", what)}`;
  return `ICMP type-#${type}`;
}

function icmp6Text(p: PacketView): string {
  switch (p.icmp_type) {
    case 128:
    case 129:
      return `ICMP6, echo ${p.icmp_type === 128 ? "request" : "reply"}, id ${p.icmp_id ?? 0}, seq ${p.icmp_seq ?? 0}`;
    case 135:
      return `ICMP6, neighbor solicitation, who has ${p.nd_target}`;
    case 136:
      return `ICMP6, neighbor advertisement, tgt is ${p.nd_target}`;
    case 1:
      return "ICMP6, destination unreachable";
    case 2:
      return "ICMP6, packet too big";
    case 3:
      return "ICMP6, time exceeded in-transit";
    default:
      return `ICMP6, type-#${p.icmp_type}`;
  }
}

function tcpFlags(flags: number): string {
  const letters = [
    [0x02, "S"],
    [0x01, "F"],
    [0x08, "P"],
    [0x04, "R"],
  ] as const;
  const set = letters.flatMap(([bit, letter]) => (flags & bit ? [letter] : [])).join("");
  return `${set}${flags & 0x10 ? "." : ""}` || "none";
}

/** The packet around, then the frame inside on a line of its own, always with its addresses. */
function tunnelText(p: PacketView, ethernet: boolean): string {
  const { vxlan, geneve, gre, ...inner } = p;
  const inside = plainText(inner, true);
  const frame = ETHERNET + (p.vlan === undefined ? 0 : TAG) + p.length;
  const outer = vxlan ?? geneve ?? gre;
  if (!outer) return inside;
  const length = frame + VXLAN_HEADERS.l3;
  const head = ethernet
    ? `${outer.eth_src ?? "?"} > ${outer.eth_dst ?? "?"}, ethertype IPv4 (0x0800), length ${length + ETHERNET}: `
    : "IP ";
  if (vxlan) return `${head}${vxlan.src} > ${vxlan.dst}.4789: VXLAN, flags [I] (0x08), vni ${vxlan.vni}\n${inside}`;
  if (geneve)
    return `${head}${geneve.src} > ${geneve.dst}.6081: Geneve, Flags [none], vni 0x${geneve.vni.toString(16)}: ${inside}`;
  return `${head}${outer.src} > ${outer.dst}: GREv0, key=0x${gre?.key.toString(16)}, length ${frame + 8}: ${inside}`;
}
