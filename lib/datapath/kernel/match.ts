/** Matches of iptables as tests over a packet: compiled once for each rule (net/netfilter/xt_*.c, net/ipv4/netfilter). */
import type { Namespace } from "../../host/state.ts";
import { canonicalMac, type IpValue, ipOf, isMulticastIp, mask4, mask6, parseIp } from "../../net/address.ts";
import type { ConntrackMatch, IptablesMatch, PhysdevMatch, Value } from "../../net/iptables/ast.ts";
import type { Packet } from "../../net/packet.ts";
import { addressType } from "./addrtype.ts";
import type { Connection } from "./conntrack.ts";
import { inSet } from "./ipset.ts";
import type { Skb } from "./skb.ts";

/** What a test looks at. Missing devices are empty names, as in the kernel. */
export interface MatchSubject {
  ns: Namespace;
  hook: string;
  packet: Packet;
  skb: Skb;
  in: string;
  out: string;
  /** Told what a test takes for granted. */
  assume?: (what: string, basis: string) => void;
}

/** True, false, or the reason why nobody can tell from recorded state. */
export type Answer = boolean | string;
export type Test = (s: MatchSubject) => Answer;

export function compileMatch(m: IptablesMatch, family: 4 | 6): Test {
  switch (m.kind) {
    case "source":
      return networkTest(m, (p) => p.ip?.src);
    case "destination":
      return networkTest(m, (p) => p.ip?.dst);
    case "in-interface":
      return interfaceTest(m, (s) => s.in);
    case "out-interface":
      return interfaceTest(m, (s) => s.out);
    case "protocol":
      return protocolTest(m);
    case "fragment":
      return (s) => (s.packet.ip?.fragment === "later") !== m.not;
    case "physdev":
      return (s) => physdev(m, s);
    case "state":
      return m.state ? stateTest(m.state) : always;
    case "conntrack":
      return conntrackTest(m);
    case "set":
      return setTest(m);
    case "mac": {
      const mac = m.macSource && canonicalMac(m.macSource.value);
      const not = m.macSource?.not ?? false;
      // Without an Ethernet header (own packets) the match fails, inverted or not (xt_mac.c).
      return mac === undefined
        ? unreadable("mac")
        : (s) => s.hook !== "OUTPUT" && s.hook !== "POSTROUTING" && (s.packet.ethSrc === mac) !== not;
    }
    case "multiport":
      return multiportTest(m);
    case "tcp":
      return all(
        [
          ports(m.sport, "tcp", "src"),
          ports(m.dport, "tcp", "dst"),
          tcpFlags(m),
          m.tcpOption ? () => "TCP options are not modelled" : undefined,
        ],
        isKind("tcp"),
      );
    case "udp":
      return all([ports(m.sport, "udp", "src"), ports(m.dport, "udp", "dst")], isKind("udp"));
    case "sctp":
      return all(
        [
          ports(m.sport, "sctp", "src"),
          ports(m.dport, "sctp", "dst"),
          m.chunkTypes ? () => "SCTP chunks are not modelled" : undefined,
        ],
        isKind("sctp"),
      );
    case "icmp":
      return icmpTest(m.icmpType, "icmp");
    case "icmp6":
      return icmpTest(m.icmpv6Type, "icmp6");
    case "comment":
      return always;
    case "mark":
      return markTest(m.mark, (s) => s.skb.mark);
    case "connmark":
      return markTest(m.mark, (s) => s.skb.ct?.connection?.mark);
    case "addrtype": {
      const one = (v: Value | undefined, of: "src" | "dst"): Test | undefined => {
        if (!v) return undefined;
        const types = v.value.split(",");
        return (s) => {
          const address = s.packet.ip?.[of];
          if (address === undefined) return false;
          const dev = m.limitIfaceIn ? s.in : m.limitIfaceOut ? s.out : undefined;
          return types.includes(addressType(s.ns, address, dev)) !== v.not;
        };
      };
      return all([one(m.srcType, "src"), one(m.dstType, "dst")]);
    }
    case "limit":
      return (s) => {
        s.assume?.("a limit match lets the packet pass", `limit ${m.limit?.value ?? ""}`);
        return true;
      };
    case "iprange":
      return all([rangeTest(m.srcRange, (p) => p.ip?.src), rangeTest(m.dstRange, (p) => p.ip?.dst)]);
    case "length":
      return numberTest(m.length, (s) => s.packet.l3Length);
    case "ttl":
    case "hl":
      return all([compare(m.eq, (a, b) => a === b), compare(m.lt, (a, b) => a < b), compare(m.gt, (a, b) => a > b)]);
    case "pkttype":
      return m.pktType ? pkttypeTest(m.pktType) : always;
    case "tos":
      return m.tos ? tosTest(m.tos, family) : always;
    case "dscp":
      return numberTest(m.dscp, (s) => (s.packet.ip?.tos ?? 0) >> 2);
    case "owner":
      return (s) => {
        const o = s.skb.owner;
        // No socket: each option fails unless inverted (xt_owner.c).
        const socket = !m.socketExists || m.socketExists.not === !o;
        const uid = m.uidOwner ? inNumbers(m.uidOwner.value, o?.uid) : undefined;
        const gid = m.gidOwner ? inNumbers(m.gidOwner.value, o?.gid) : undefined;
        if (m.supplGroups && m.gidOwner && o) return "supplementary groups are not recorded";
        return socket && (!m.uidOwner || uid !== m.uidOwner.not) && (!m.gidOwner || gid !== m.gidOwner.not);
      };
    case "statistic":
      return () => "a statistic match decides by chance or by count";
    case "recent":
      return () => "the list of a recent match is not recorded";
    case "opaque":
      return () => `match ${m.name} is not supported`;
  }
}

const always: Test = () => true;
const unreadable =
  (what: string): Test =>
  () =>
    `a ${what} match cannot be read`;

/** All of them: one false decides, whatever is unknown. */
export function all(tests: readonly (Test | undefined)[], first?: Test): Test {
  const list = [first, ...tests].filter((t) => t !== undefined);
  const [only] = list;
  if (list.length === 1 && only) return only;
  return (s) => {
    let unknown: string | undefined;
    for (const t of list) {
      const answer = t(s);
      if (answer === false) return false;
      if (answer !== true) unknown ??= answer;
    }
    return unknown ?? true;
  };
}

function networkTest(v: Value, of: (p: Packet) => string | undefined): Test {
  const slash = v.value.indexOf("/");
  const ip = parseIp(slash < 0 ? v.value : v.value.slice(0, slash));
  const tail = slash < 0 ? undefined : v.value.slice(slash + 1);
  const mask = ip && maskOf(ip, tail);
  if (!ip || mask === undefined) return unreadable("address");
  if (ip.family === 4 && mask.family === 4) {
    const [bits, base] = [mask.value, (ip.value & mask.value) >>> 0];
    return (s) => {
      const text = of(s.packet);
      const a = text === undefined ? undefined : ipOf(text);
      return a?.family === 4 && ((a.value & bits) >>> 0 === base) !== v.not;
    };
  }
  if (ip.family !== 6 || mask.family !== 6) return unreadable("address");
  const [bits, base] = [mask.value, ip.value & mask.value];
  return (s) => {
    const text = of(s.packet);
    const a = text === undefined ? undefined : ipOf(text);
    return a?.family === 6 && ((a.value & bits) === base) !== v.not;
  };
}

/** Masks need not be prefixes: iptables takes any. */
function maskOf(ip: IpValue, tail: string | undefined): IpValue | undefined {
  const width = ip.family === 4 ? 32 : 128;
  if (tail !== undefined && !/^\d+$/.test(tail)) {
    const mask = parseIp(tail);
    return mask?.family === ip.family ? mask : undefined;
  }
  const prefix = tail === undefined ? width : Number(tail);
  if (prefix > width) return undefined;
  return ip.family === 4 ? { family: 4, value: mask4(prefix) } : { family: 6, value: mask6(prefix) };
}

export function interfaceMatches(pattern: string, name: string): boolean {
  return pattern.endsWith("+") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function interfaceTest(v: Value, of: (s: MatchSubject) => string): Test {
  return (s) => interfaceMatches(v.value, of(s)) !== v.not;
}

export const PROTOCOL_NUMBERS: Record<string, number> = {
  all: 0,
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  ipip: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  "ipv6-icmp": 58,
  "ipv6-nonxt": 59,
  ospf: 89,
  vrrp: 112,
  sctp: 132,
  "mobility-header": 135,
  mh: 135,
  udplite: 136,
};

export function protocolNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : PROTOCOL_NUMBERS[text.toLowerCase()];
}

function protocolTest(v: Value): Test {
  const proto = protocolNumber(v.value);
  if (proto === undefined) return unreadable("protocol");
  if (proto === 0) return () => !v.not;
  return (s) => (s.packet.ip?.proto === proto) !== v.not;
}

/** xt_physdev.c, physdev_mt. */
function physdev(m: PhysdevMatch, s: MatchSubject): boolean {
  const indev = s.skb.physIn;
  if (indev === undefined) {
    return [m.isBridged, m.isIn, m.isOut, m.in, m.out].every((o) => o === undefined || o.not);
  }
  const outdev = s.skb.physOut;
  if (m.isBridged && (outdev !== undefined) === m.isBridged.not) return false;
  if (m.isIn?.not) return false;
  if (m.isOut && (outdev !== undefined) === m.isOut.not) return false;
  if (m.in && interfaceMatches(m.in.value, indev) === m.in.not) return false;
  if (!m.out) return true;
  return outdev !== undefined && interfaceMatches(m.out.value, outdev) !== m.out.not;
}

function stateTest(v: Value): Test {
  const states = v.value.split(",");
  return (s) => {
    const ct = s.skb.ct;
    const state = ct === undefined ? "INVALID" : ct.state.toUpperCase();
    const c = ct?.connection;
    const hit =
      states.includes(state) ||
      (c?.snat === true && states.includes("SNAT")) ||
      (c?.dnat === true && states.includes("DNAT"));
    return hit !== v.not;
  };
}

function conntrackTest(m: ConntrackMatch): Test {
  const state = m.ctstate ? stateTest(m.ctstate) : undefined;
  const withConnection =
    (test: (c: Connection, s: MatchSubject) => Answer): Test =>
    (s) => {
      const c = s.skb.ct?.connection;
      return c ? test(c, s) : false;
    };
  const address = (v: Value | undefined, of: (c: Connection) => string): Test | undefined =>
    v && withConnection((c, s) => networkTest(v, () => of(c))(s));
  const port = (v: Value | undefined, of: (c: Connection) => number): Test | undefined =>
    v && withConnection((c) => inNumbers(v.value, of(c)) !== v.not);
  const { ctproto, ctdir, ctstatus, ctexpire } = m;
  const proto = ctproto && protocolNumber(ctproto.value);
  return all([
    state,
    ctproto &&
      (proto === undefined
        ? unreadable("ctproto")
        : withConnection((c) => (c.original.proto === proto) !== ctproto.not)),
    address(m.ctorigsrc, (c) => c.original.src),
    address(m.ctorigdst, (c) => c.original.dst),
    address(m.ctreplsrc, (c) => c.reply.src),
    address(m.ctrepldst, (c) => c.reply.dst),
    port(m.ctorigsrcport, (c) => c.original.sport),
    port(m.ctorigdstport, (c) => c.original.dport),
    port(m.ctreplsrcport, (c) => c.reply.sport),
    port(m.ctrepldstport, (c) => c.reply.dport),
    ctdir && withConnection((_, s) => (s.skb.ct?.direction === ctdir.value.toLowerCase()) !== ctdir.not),
    ctstatus && withConnection((c) => ctstatus.value.split(",").some((w) => hasStatus(c, w)) !== ctstatus.not),
    ctexpire && (() => "the age of connections is not modelled"),
  ]);
}

function hasStatus(c: Connection, word: string): boolean {
  if (word === "SEEN_REPLY") return c.seenReply;
  if (word === "ASSURED") return c.assured;
  return word === "CONFIRMED" && c.confirmed;
}

function setTest(m: Extract<IptablesMatch, { kind: "set" }>): Test {
  const { matchSet } = m;
  if (!matchSet) return unreadable("set");
  if (m.returnNomatch || m.packetsEq || m.packetsLt || m.packetsGt || m.bytesEq || m.bytesLt || m.bytesGt) {
    return () => "counters and nomatch answers of sets are not supported";
  }
  const [name, flags] = matchSet.values;
  const directions = flags.split(",");
  return (s) => {
    const subject = {
      packet: s.packet,
      mark: s.skb.mark,
      in: s.in,
      out: s.out,
      physIn: s.skb.physIn,
      physOut: s.skb.physOut,
    };
    const answer = inSet(s.ns, name, directions, subject);
    return typeof answer === "string" ? answer : answer !== matchSet.not;
  };
}

function multiportTest(m: Extract<IptablesMatch, { kind: "multiport" }>): Test {
  const tests: Test[] = [];
  for (const [v, of] of [
    [m.sports, "src"],
    [m.dports, "dst"],
    [m.ports, "both"],
  ] as const) {
    if (!v) continue;
    const ranges = v.value.split(",");
    tests.push((s) => {
      const l4 = s.packet.l4;
      if (!l4 || l4.kind === "icmp" || l4.kind === "icmp6") return false;
      const hit = ranges.some((r) => (of !== "dst" && inNumbers(r, l4.src)) || (of !== "src" && inNumbers(r, l4.dst)));
      return hit !== v.not;
    });
  }
  return all(tests.length === 0 ? [always] : tests);
}

function isKind(kind: "tcp" | "udp" | "sctp"): Test {
  return (s) => s.packet.l4?.kind === kind;
}

function ports(v: Value | undefined, kind: "tcp" | "udp" | "sctp", of: "src" | "dst"): Test | undefined {
  if (!v) return undefined;
  return (s) => {
    const l4 = s.packet.l4;
    return l4?.kind === kind && inNumbers(v.value, l4[of]) !== v.not;
  };
}

/** `5`, `5:9`, `:9`, `5:`, `5-9`, hexadecimal too. */
export function inNumbers(text: string, n: number | undefined): boolean {
  if (n === undefined) return false;
  const m = /^(0x[0-9a-f]+|\d*)(?:[:-](0x[0-9a-f]+|\d*))?$/i.exec(text);
  if (!m) return false;
  const from = m[1] ? Number(m[1]) : 0;
  const to = m[2] === undefined ? from : m[2] === "" ? 0xffffffff : Number(m[2]);
  return n >= from && n <= to;
}

const TCP_FLAGS: Record<string, number> = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ALL: 63, NONE: 0 };

function tcpFlags(m: Extract<IptablesMatch, { kind: "tcp" }>): Test | undefined {
  const bits = (text: string) => text.split(",").reduce((n, w) => n | (TCP_FLAGS[w] ?? 0), 0);
  const pair = m.tcpFlags ?? (m.syn && { not: m.syn.not, values: ["FIN,SYN,RST,ACK", "SYN"] as const });
  if (!pair) return undefined;
  const [mask, set] = [bits(pair.values[0]), bits(pair.values[1])];
  return (s) => s.packet.l4?.kind === "tcp" && ((s.packet.l4.flags & mask) === set) !== pair.not;
}

const ICMP_TYPES: Record<string, string> = {
  "echo-reply": "0",
  pong: "0",
  "destination-unreachable": "3",
  "source-quench": "4",
  redirect: "5",
  "echo-request": "8",
  ping: "8",
  "router-advertisement": "9",
  "router-solicitation": "10",
  "time-exceeded": "11",
  "ttl-exceeded": "11",
  "parameter-problem": "12",
  "fragmentation-needed": "3/4",
  "port-unreachable": "3/3",
  "host-unreachable": "3/1",
  "network-unreachable": "3/0",
};
const ICMP6_TYPES: Record<string, string> = {
  "destination-unreachable": "1",
  "packet-too-big": "2",
  "time-exceeded": "3",
  "parameter-problem": "4",
  "echo-request": "128",
  ping: "128",
  "echo-reply": "129",
  pong: "129",
  "router-solicitation": "133",
  "router-advertisement": "134",
  "neighbor-solicitation": "135",
  "neighbour-solicitation": "135",
  "neighbor-advertisement": "136",
  "neighbour-advertisement": "136",
  redirect: "137",
};

function icmpTest(v: Value | undefined, kind: "icmp" | "icmp6"): Test {
  if (!v || v.value === "any") return (s) => s.packet.l4?.kind === kind && !(v?.not ?? false);
  const text = (kind === "icmp" ? ICMP_TYPES : ICMP6_TYPES)[v.value] ?? v.value;
  const m = /^(\d+)(?:\/(\d+)(?:-(\d+))?)?$/.exec(text);
  if (!m) return unreadable("icmp type");
  const type = Number(m[1]);
  const [from, to] = m[2] === undefined ? [0, 255] : [Number(m[2]), Number(m[3] ?? m[2])];
  return (s) => {
    const l4 = s.packet.l4;
    if (l4?.kind !== kind) return false;
    const hit = (kind === "icmp" && type === 255) || (l4.type === type && l4.code >= from && l4.code <= to);
    return hit !== v.not;
  };
}

/** `value[/mask]` of marks, hexadecimal or decimal. */
export function parseMark(text: string): { value: number; mask: number } | undefined {
  const m = /^(0x[0-9a-f]+|\d+)(?:\/(0x[0-9a-f]+|\d+))?$/i.exec(text);
  if (!m) return undefined;
  return { value: Number(m[1]) >>> 0, mask: m[2] === undefined ? 0xffffffff : Number(m[2]) >>> 0 };
}

function markTest(v: Value | undefined, of: (s: MatchSubject) => number | undefined): Test {
  const mark = v && parseMark(v.value);
  if (!v || !mark) return unreadable("mark");
  return (s) => {
    const n = of(s);
    // A packet without connection fails a connmark match, inverted or not (xt_connmark.c).
    return n !== undefined && ((n & mark.mask) >>> 0 === mark.value) !== v.not;
  };
}

function rangeTest(v: Value | undefined, of: (p: Packet) => string | undefined): Test | undefined {
  if (!v) return undefined;
  const [from, to] = v.value.split("-");
  const [a, b] = [parseIp(from ?? ""), parseIp(to ?? from ?? "")];
  if (!a || !b) return unreadable("iprange");
  return (s) => {
    const text = of(s.packet);
    const ip = text === undefined ? undefined : ipOf(text);
    return ip?.family === a.family && (ip.value >= a.value && ip.value <= b.value) !== v.not;
  };
}

function numberTest(v: Value | undefined, of: (s: MatchSubject) => number): Test {
  return v ? (s) => inNumbers(v.value, of(s)) !== v.not : always;
}

function compare(v: Value | undefined, holds: (a: number, b: number) => boolean): Test | undefined {
  return v && ((s) => holds(s.packet.ip?.ttl ?? 0, Number(v.value)) !== v.not);
}

function pkttypeTest(v: Value): Test {
  return (s) => {
    const { ethDst, ip } = s.packet;
    // Own packets are PACKET_HOST; on loopback the address tells (xt_pkttype.c).
    let type = "unicast";
    if (s.in === "lo" || s.out === "lo") type = ip && isMulticastIp(ip.dst) ? "multicast" : "unicast";
    else if (s.hook === "OUTPUT" || s.in === "") type = "unicast";
    else if (ethDst === "ff:ff:ff:ff:ff:ff") type = "broadcast";
    else if ("13579bdf".includes(ethDst.charAt(1))) type = "multicast";
    return (type === v.value) !== v.not;
  };
}

function tosTest(v: Value, _family: 4 | 6): Test {
  const mark = parseMark(v.value);
  if (!mark) return unreadable("tos");
  return (s) => (((s.packet.ip?.tos ?? 0) & mark.mask & 0xff) === mark.value) !== v.not;
}
