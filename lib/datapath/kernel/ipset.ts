/** Membership in recorded ipsets (net/netfilter/ipset/ip_set_*.c). Sets are indexed once each. */
import type { Ipset, Namespace } from "../../host/state.ts";
import { canonicalMac, type IpValue, ipOf, mask4, mask6, parseCidr } from "../../net/address.ts";
import type { Packet } from "../../net/packet.ts";

/** What a set may ask of a packet. */
export interface SetSubject {
  packet: Packet;
  mark: number;
  in?: string;
  out?: string;
  physIn?: string;
  physOut?: string;
}

/** True, false, or the reason why it cannot be decided. */
export type SetAnswer = boolean | string;

/** Whether the packet is in the set `name`; `directions` is the list of `src` and `dst` of --match-set. */
export function inSet(ns: Namespace, name: string, directions: readonly string[], s: SetSubject, depth = 0): SetAnswer {
  const set = setsOf(ns).get(name);
  if (!set) return `set ${name} is not recorded`;
  if (set.type === "list:set") {
    if (depth > 8) return `set ${name} holds itself`;
    for (const m of set.members) {
      const answer = inSet(ns, m.value, directions, s, depth + 1);
      if (answer !== false) return answer;
    }
    return false;
  }
  const answer = isMember(set, directions, s);
  return answer === false && ns.unread?.includes("ipsets")
    ? `the members of set ${name} could not all be read`
    : answer;
}

function isMember(set: Ipset, directions: readonly string[], s: SetSubject): SetAnswer {
  const index = indexOf(set);
  if (typeof index === "string") return index;
  const family = s.packet.ip?.version;
  const needsIp = index.parts.some((p) => p === "ip" || p === "net" || p === "port");
  if (needsIp && family !== (set.family === "inet6" ? 6 : 4) && !index.anyFamily) return false;
  const values: Part[] = [];
  for (const [i, part] of index.parts.entries()) {
    const direction = directions[i];
    // Fewer directions than the set has dimensions never match (ip_set_test: opt.dim < set->type->dimension).
    if (direction === undefined) return false;
    const value = partOf(part, direction, s);
    if (value === undefined) return false;
    values.push(value);
  }
  return lookUp(index, values);
}

type PartKind = "ip" | "net" | "port" | "mac" | "iface" | "mark";
type Part = { ip: IpValue } | { text: string };

interface SetIndex {
  parts: PartKind[];
  /** A set of ports alone takes packets of both families. */
  anyFamily: boolean;
  /** Prefix lengths of the address parts that occur, the most specific first; an entry under each. */
  shapes: { prefixes: number[]; entries: Map<string, boolean> }[];
}

function partOf(kind: PartKind, direction: string, s: SetSubject): Part | undefined {
  const src = direction === "src";
  const { ip, l4 } = s.packet;
  switch (kind) {
    case "ip":
    case "net": {
      const value = ip && ipOf(src ? ip.src : ip.dst);
      return value && { ip: value };
    }
    case "port":
      if (!ip || !l4) return undefined;
      if (l4.kind === "icmp" || l4.kind === "icmp6") return { text: `${ip.proto}:${l4.type * 256 + l4.code}` };
      return { text: `${ip.proto}:${src ? l4.src : l4.dst}` };
    case "mac":
      return { text: src ? s.packet.ethSrc : s.packet.ethDst };
    case "iface": {
      const name = src ? s.in : s.out;
      return name === undefined ? undefined : { text: name };
    }
    case "mark":
      return { text: String(s.mark) };
  }
}

function lookUp(index: SetIndex, values: readonly Part[]): boolean {
  for (const shape of index.shapes) {
    const hit = shape.entries.get(keyOf(shape.prefixes, values));
    // `nomatch` of the most specific entry wins.
    if (hit !== undefined) return hit;
  }
  return false;
}

function keyOf(prefixes: readonly number[], values: readonly Part[]): string {
  let key = "";
  let at = 0;
  for (const v of values) key += `${"ip" in v ? masked(v.ip, prefixes[at++] ?? 0) : v.text}|`;
  return key;
}

function masked(ip: IpValue, prefix: number): string {
  if (ip.family === 4) return String((ip.value & mask4(prefix)) >>> 0);
  return `x${(ip.value & mask6(prefix)).toString(16)}`;
}

const SUPPORTED = /^(?:hash|bitmap):((?:ip|net|port|mac|iface|mark)(?:,(?:ip|net|port|mac|iface|mark))*)$/;
const indexes = new WeakMap<Ipset, SetIndex | string>();

function indexOf(set: Ipset): SetIndex | string {
  let index = indexes.get(set);
  if (index === undefined) {
    index = buildIndex(set);
    indexes.set(set, index);
  }
  return index;
}

function buildIndex(set: Ipset): SetIndex | string {
  const m = SUPPORTED.exec(set.type);
  if (!m?.[1]) return `set ${set.name} has the unsupported type ${set.type}`;
  const parts = m[1].split(",") as PartKind[];
  if (set.options.netmask !== undefined || set.options.markmask !== undefined) {
    return `set ${set.name} has a mask of its own`;
  }
  const shapes = new Map<string, { prefixes: number[]; entries: Map<string, boolean> }>();
  for (const member of set.members) {
    const rows = memberRows(member.value, parts);
    if (!rows) return `set ${set.name} has a member that cannot be read: ${member.value.slice(0, 60)}`;
    for (const { values, prefixes } of rows) {
      const id = prefixes.join("/");
      let shape = shapes.get(id);
      if (!shape) {
        shape = { prefixes, entries: new Map() };
        shapes.set(id, shape);
      }
      shape.entries.set(keyOf(prefixes, values), !("nomatch" in member.options));
    }
  }
  const sorted = [...shapes.values()].sort((a, b) => comparePrefixes(b.prefixes, a.prefixes));
  return {
    parts,
    anyFamily: parts.length === 1 && parts[0] === "port" && set.type.startsWith("bitmap"),
    shapes: sorted,
  };
}

function comparePrefixes(a: readonly number[], b: readonly number[]): number {
  for (const [i, x] of a.entries()) if (x !== b[i]) return x - (b[i] ?? 0);
  return 0;
}

interface Row {
  values: Part[];
  prefixes: number[];
}

/** A member as rows of one value for each part; ranges become several rows. */
function memberRows(text: string, parts: readonly PartKind[]): Row[] | undefined {
  const words = text.split(",");
  if (words.length !== parts.length) return undefined;
  let rows: Row[] = [{ values: [], prefixes: [] }];
  for (const [i, kind] of parts.entries()) {
    const choices = memberPart(words[i] ?? "", kind);
    if (!choices) return undefined;
    rows = rows.flatMap((r) =>
      choices.map((c) => ({
        values: [...r.values, c.part],
        prefixes: c.prefix === undefined ? r.prefixes : [...r.prefixes, c.prefix],
      })),
    );
    if (rows.length > 65536) return undefined;
  }
  return rows;
}

function memberPart(text: string, kind: PartKind): { part: Part; prefix?: number }[] | undefined {
  switch (kind) {
    case "ip":
    case "net": {
      const range = /^([\d.]+)-([\d.]+)$/.exec(text);
      if (range?.[1] && range[2]) return addressRange(range[1], range[2]);
      const cidr = parseCidr(text);
      const ip = cidr && ipOf(cidr.address);
      return cidr && ip && [{ part: { ip }, prefix: cidr.prefix }];
    }
    case "port":
      return portMember(text);
    case "mac": {
      const mac = canonicalMac(text);
      return mac === undefined ? undefined : [{ part: { text: mac } }];
    }
    case "iface":
      return text.startsWith("physdev:") ? undefined : [{ part: { text } }];
    case "mark":
      return /^(0x[0-9a-f]+|\d+)$/i.test(text) ? [{ part: { text: String(Number(text)) } }] : undefined;
  }
}

function addressRange(from: string, to: string): { part: Part; prefix: number }[] | undefined {
  const [a, b] = [ipOf(from), ipOf(to)];
  if (a?.family !== 4 || b?.family !== 4 || b.value - a.value > 65535) return undefined;
  const out: { part: Part; prefix: number }[] = [];
  for (let v = a.value; v <= b.value; v++) out.push({ part: { ip: { family: 4, value: v } }, prefix: 32 });
  return out;
}

const PROTOCOLS: Record<string, number> = {
  tcp: 6,
  udp: 17,
  icmp: 1,
  icmpv6: 58,
  "ipv6-icmp": 58,
  sctp: 132,
  udplite: 136,
};

/** `tcp:80`, `80` (tcp, or of a bitmap: any), `icmp:8/0`, `udp:10-20`. */
function portMember(text: string): { part: Part }[] | undefined {
  const [head, tail] = text.includes(":")
    ? [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)]
    : ["tcp", text];
  const proto = PROTOCOLS[head] ?? (/^\d+$/.test(head) ? Number(head) : undefined);
  if (proto === undefined) return undefined;
  const icmp = /^(\d+)\/(\d+)$/.exec(tail);
  if (icmp) return [{ part: { text: `${proto}:${Number(icmp[1]) * 256 + Number(icmp[2])}` } }];
  if (tail === "echo-request") return [{ part: { text: `${proto}:${(proto === 58 ? 128 : 8) * 256}` } }];
  const m = /^(\d+)(?:-(\d+))?$/.exec(tail);
  if (!m) return undefined;
  const out: { part: Part }[] = [];
  for (let p = Number(m[1]); p <= Number(m[2] ?? m[1]); p++) out.push({ part: { text: `${proto}:${p}` } });
  return out;
}

const setMaps = new WeakMap<Namespace, Map<string, Ipset>>();

function setsOf(ns: Namespace): Map<string, Ipset> {
  let map = setMaps.get(ns);
  if (!map) {
    map = new Map(ns.ipsets.map((s) => [s.name, s]));
    setMaps.set(ns, map);
  }
  return map;
}
