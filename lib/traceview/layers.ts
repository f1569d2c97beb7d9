/** A packet's headers as the layers that the inspector shows, outermost first. */
import type { PacketView } from "../net/packet.ts";

export interface Field {
  /** Stable across packets, so that two packets can be compared field by field: `eth.src`, `ip.ttl`, … */
  id: string;
  label: string;
  value: string;
}

export interface Layer {
  id: string;
  name: string;
  fields: Field[];
}

const ARP_OPS: Record<number, string> = { 1: "request", 2: "reply" };
const PROTOCOLS: Record<number, string> = { 1: "ICMP", 6: "TCP", 17: "UDP", 47: "GRE", 58: "ICMPv6", 132: "SCTP" };
const TUNNEL_UDP_PORTS = { vxlan: 4789, geneve: 6081 } as const;
const TCP_FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];

export function layersOf(packet: PacketView): Layer[] {
  const layers = [...tunnelLayers(packet), ethernet(packet)];
  if (packet.vlan !== undefined) layers.push(vlan(packet));
  if (packet.arp_op !== undefined) layers.push(arp(packet));
  if (packet.ip_src !== undefined) layers.push(ip(packet));
  const l4 = transport(packet);
  if (l4) layers.push(l4);
  if (packet.dhcp) layers.push(dhcp(packet.dhcp));
  if (packet.quoted) layers.push(quoted(packet.quoted));
  return layers;
}

/** All fields of a packet by id. */
export function fieldsOf(packet: PacketView): Map<string, Field> {
  return new Map(layersOf(packet).flatMap((layer) => layer.fields.map((field) => [field.id, field] as const)));
}

function layer(
  id: string,
  name: string,
  rows: [key: string, label: string, value: string | number | undefined][],
): Layer {
  const fields = rows.flatMap(([key, label, value]) =>
    value === undefined || value === "" ? [] : [{ id: `${id}.${key}`, label, value: String(value) }],
  );
  return { id, name, fields };
}

function tunnelLayers(packet: PacketView): Layer[] {
  const tunnel = tunnelOf(packet);
  if (!tunnel) return [];
  const { kind, key, ends } = tunnel;
  const layers: Layer[] = [];
  if (ends.eth_src || ends.eth_dst) {
    layers.push(
      layer("outer-eth", "Outer Ethernet", [
        ["src", "source", ends.eth_src],
        ["dst", "destination", ends.eth_dst],
      ]),
    );
  }
  const six = ends.src.includes(":");
  layers.push(
    layer("outer-ip", `Outer ${six ? "IPv6" : "IPv4"}`, [
      ["src", "source", ends.src],
      ["dst", "destination", ends.dst],
      ["port", "UDP port", kind === "gre" ? undefined : TUNNEL_UDP_PORTS[kind]],
    ]),
  );
  const name = { vxlan: "VXLAN", gre: "GRE", geneve: "Geneve" }[kind];
  layers.push(layer("tunnel", name, [["key", kind === "gre" ? "key" : "VNI", key]]));
  return layers;
}

/** The tunnel around a packet, whatever its kind. */
export function tunnelOf(packet: PacketView) {
  if (packet.vxlan) return { kind: "vxlan" as const, key: packet.vxlan.vni, ends: packet.vxlan };
  if (packet.geneve) return { kind: "geneve" as const, key: packet.geneve.vni, ends: packet.geneve };
  if (packet.gre) return { kind: "gre" as const, key: packet.gre.key, ends: packet.gre };
  return undefined;
}

/** Tenants are not told the provider's: no frame has this address on it. */
const told = (mac: string) => (mac === "00:00:00:00:00:00" ? "not told" : mac);

function ethernet(packet: PacketView): Layer {
  return layer("eth", "Ethernet", [
    ["src", "source", told(packet.eth_src)],
    ["dst", "destination", told(packet.eth_dst)],
  ]);
}

function vlan(packet: PacketView): Layer {
  return layer("vlan", "VLAN", [
    ["id", "id", packet.vlan],
    ["inner", "inner id", packet.inner_vlan],
    ["pcp", "priority", packet.vlan_pcp],
  ]);
}

function arp(packet: PacketView): Layer {
  const op = packet.arp_op ?? 0;
  return layer("arp", "ARP", [
    ["op", "operation", ARP_OPS[op] ?? op],
    ["spa", "sender", packet.arp_spa],
    ["sha", "sender MAC", packet.arp_sha],
    ["tpa", "target", packet.arp_tpa],
    ["tha", "target MAC", packet.arp_tha],
  ]);
}

function ip(packet: PacketView): Layer {
  const version = packet.ip_src?.includes(":") ? 6 : 4;
  const proto = packet.ip_proto;
  return layer("ip", `IPv${version}`, [
    ["src", "source", packet.ip_src],
    ["dst", "destination", packet.ip_dst],
    ["ttl", version === 6 ? "hop limit" : "TTL", packet.ttl],
    ["proto", "protocol", proto === undefined ? undefined : (PROTOCOLS[proto] ?? proto)],
    ["tos", "TOS", packet.tos ? `0x${packet.tos.toString(16).padStart(2, "0")}` : undefined],
    ["df", "flags", packet.df ? "don't fragment" : undefined],
    ["frag", "fragment", packet.frag],
    ["length", "length", `${packet.length} bytes`],
  ]);
}

function transport(packet: PacketView): Layer | undefined {
  if (packet.icmp_type !== undefined) {
    const six = packet.ip_proto === 58;
    return layer("icmp", six ? "ICMPv6" : "ICMP", [
      ["type", "type", icmpName(packet.icmp_type, packet.icmp_code ?? 0, six)],
      ["id", "id", packet.icmp_id],
      ["seq", "sequence", packet.icmp_seq],
      ["target", "target", packet.nd_target],
    ]);
  }
  if (packet.tp_src === undefined && packet.tp_dst === undefined) return undefined;
  const name = PROTOCOLS[packet.ip_proto ?? 0] ?? "Ports";
  return layer("l4", name, [
    ["src", "source port", packet.tp_src],
    ["dst", "destination port", packet.tp_dst],
    ["flags", "flags", packet.tcp_flags === undefined ? undefined : tcpFlags(packet.tcp_flags)],
  ]);
}

function tcpFlags(bits: number): string {
  return TCP_FLAGS.filter((_, bit) => bits & (1 << bit)).join(" ") || "none";
}

const ICMP_NAMES: Record<string, string> = {
  "0": "echo reply",
  "8": "echo request",
  "5": "redirect",
  "11/0": "time exceeded in transit",
  "11/1": "reassembly time exceeded",
  "3/0": "network unreachable",
  "3/1": "host unreachable",
  "3/2": "protocol unreachable",
  "3/3": "port unreachable",
  "3/4": "fragmentation needed",
  "3/9": "network prohibited",
  "3/10": "host prohibited",
  "3/13": "administratively prohibited",
};
const ICMP6_NAMES: Record<string, string> = {
  "128": "echo request",
  "129": "echo reply",
  "1": "unreachable",
  "2": "packet too big",
  "3": "hop limit exceeded",
  "133": "router solicitation",
  "134": "router advertisement",
  "135": "neighbour solicitation",
  "136": "neighbour advertisement",
};

/** A type and code as people say them, e.g. `echo request`, `host unreachable`. */
export function icmpName(type: number, code: number, six: boolean): string {
  const names = six ? ICMP6_NAMES : ICMP_NAMES;
  return names[`${type}/${code}`] ?? names[String(type)] ?? `type ${type} code ${code}`;
}

function dhcp(message: NonNullable<PacketView["dhcp"]>): Layer {
  return layer("dhcp", "DHCP", [
    ["type", "message", message.type],
    ["xid", "transaction", `0x${(message.xid >>> 0).toString(16).padStart(8, "0")}`],
    ["chaddr", "client MAC", message.chaddr],
    ["yiaddr", "your address", message.yiaddr],
    ["server", "server", message.serverId],
    ["requested", "asks for", message.requestedIp],
    ...Object.entries(message.options ?? {}).map(([key, value]): [string, string, string] => [
      `option-${key}`,
      key,
      value,
    ]),
  ]);
}

function quoted(packet: PacketView): Layer {
  return layer("quoted", "Quoted packet", [
    ["src", "source", packet.ip_src],
    ["dst", "destination", packet.ip_dst],
    ["ttl", "TTL", packet.ttl],
    ["length", "length", `${packet.length} bytes`],
  ]);
}
