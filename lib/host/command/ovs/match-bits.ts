/**
 * What a match requires, field by field of the flow key that Open vSwitch keeps (lib/match.c, lib/meta-flow.c
 * mf_set): names that share bits (dl_vlan and vlan_tci, tcp_src and udp_src, nw_src and arp_spa) meet in one place, so that
 * two matches can be told to be the same, or one to include the other.
 */
import type { Match, MatchField } from "../../../net/openflow/ast.ts";
import { type Field, findField, PROTOCOL_WORDS } from "../../../net/openflow/field.ts";
import { parseFieldValue, wordsToBig } from "../../../net/openflow/value.ts";

export interface Bits {
  readonly value: bigint;
  readonly mask: bigint;
}
/** Place → what its bits must be. A place without a mask is not there. */
export type MatchBits = ReadonlyMap<string, Bits>;

export const VLAN_PRESENT = 0x1000n;
export const NO_VLAN_ID = 0xffffn;

/** Where a field's bits lie: its place, and how far up in it. */
const PLACES: Readonly<Record<string, { place: string; shift: bigint; keep?: bigint }>> = {
  in_port_oxm: { place: "in_port", shift: 0n },
  dl_vlan: { place: "vlan_tci", shift: 0n },
  vlan_vid: { place: "vlan_tci", shift: 0n },
  dl_vlan_pcp: { place: "vlan_tci", shift: 13n },
  vlan_pcp: { place: "vlan_tci", shift: 13n },
  dl_vlan1: { place: "vlan_tci1", shift: 0n },
  dl_vlan_pcp1: { place: "vlan_tci1", shift: 13n },
  tcp_src: { place: "tp_src", shift: 0n },
  udp_src: { place: "tp_src", shift: 0n },
  sctp_src: { place: "tp_src", shift: 0n },
  icmp_type: { place: "tp_src", shift: 0n },
  icmpv6_type: { place: "tp_src", shift: 0n },
  tcp_dst: { place: "tp_dst", shift: 0n },
  udp_dst: { place: "tp_dst", shift: 0n },
  sctp_dst: { place: "tp_dst", shift: 0n },
  icmp_code: { place: "tp_dst", shift: 0n },
  icmpv6_code: { place: "tp_dst", shift: 0n },
  arp_op: { place: "nw_proto", shift: 0n },
  arp_spa: { place: "ip_src", shift: 0n },
  arp_tpa: { place: "ip_dst", shift: 0n },
  nd_sll: { place: "arp_sha", shift: 0n },
  nd_tll: { place: "arp_tha", shift: 0n },
  nw_tos: { place: "nw_tos", shift: 0n, keep: 0xfcn },
  ip_dscp: { place: "nw_tos", shift: 2n },
  nw_ecn: { place: "nw_tos", shift: 0n },
};

const known = new WeakMap<Match, MatchBits>();

/**
 * Without fields whose protocol the match does not name: Open vSwitch drops them. Throws when a field is no field, or its
 * value none (the parser lets neither pass). Matches are never changed in place.
 */
export function bitsOf(match: Match): MatchBits {
  let bits = known.get(match);
  if (!bits) {
    bits = normalized(writtenBits(match));
    known.set(match, bits);
  }
  return bits;
}

const IP = 0x0800n;
const IP6 = 0x86ddn;

/** Whether a place means something: what of lib/ofp-match.c ofputil_normalize_match__ and of lib/nx-match.c keeps it. */
const KEPT: Readonly<Record<string, (type: bigint, proto: bigint, icmpType: bigint) => boolean>> = {
  ...each(["ip_src", "ip_dst"], (type) => type === IP || isArp(type)),
  ...each(["tp_src", "tp_dst"], hasPorts),
  ...each(["nw_proto"], (type) => type === IP || type === IP6 || isArp(type)),
  ...each(["nw_tos", "nw_ttl", "ip_frag"], (type) => type === IP || type === IP6),
  ...each(["ipv6_src", "ipv6_dst", "ipv6_label"], (type) => type === IP6),
  ...each(["tcp_flags"], (type, proto) => (type === IP || type === IP6) && proto === 6n),
  ...each(["mpls_label", "mpls_tc", "mpls_ttl", "mpls_bos"], (type) => type === 0x8847n || type === 0x8848n),
  nd_target: (type, proto, icmp) => type === IP6 && proto === 58n && (icmp === 135n || icmp === 136n),
  arp_sha: (type, proto, icmp) => isArp(type) || (type === IP6 && proto === 58n && icmp === 135n),
  arp_tha: (type, proto, icmp) => isArp(type) || (type === IP6 && proto === 58n && icmp === 136n),
};

function each<F>(places: readonly string[], kept: F): Record<string, F> {
  return Object.fromEntries(places.map((place) => [place, kept]));
}

function isArp(type: bigint): boolean {
  return type === 0x0806n || type === 0x8035n;
}

function hasPorts(type: bigint, proto: bigint): boolean {
  if (type !== IP && type !== IP6) return false;
  return proto === 6n || proto === 17n || proto === 132n || proto === (type === IP ? 1n : 58n);
}

function normalized(bits: Map<string, Bits>): MatchBits {
  const exactly = (place: string, all: bigint) => {
    const at = bits.get(place);
    return at?.mask === all ? at.value : -1n;
  };
  const [type, proto, icmpType] = [exactly("eth_type", 0xffffn), exactly("nw_proto", 0xffn), exactly("tp_src", 0xffn)];
  for (const place of bits.keys()) if (KEPT[place]?.(type, proto, icmpType) === false) bits.delete(place);
  return bits;
}

/** As it was written, with what means nothing. */
export function writtenBits(match: Match): Map<string, Bits> {
  const out = new Map<string, Bits>();
  for (const field of match.fields) addField(out, field);
  return out;
}

/** What a field says of one place. */
interface Said {
  readonly place: string;
  readonly bits: Bits;
  /** What was said of the place before does not count. */
  readonly anew?: boolean;
}

/** Most fields of a host's flows are fields of others, too: they are read once. */
const fields = new Map<string, readonly Said[]>();
const MOST_FIELDS = 4096;

function addField(out: Map<string, Bits>, field: MatchField): void {
  const key = `${field.name}=${field.value}/${field.mask}`;
  let said = fields.get(key);
  if (!said) {
    said = saidBy(field);
    if (fields.size >= MOST_FIELDS) fields.clear();
    fields.set(key, said);
  }
  for (const { place, bits, anew } of said) {
    const before = anew ? undefined : out.get(place);
    if (anew) out.delete(place);
    if (bits.mask === 0n) continue;
    out.set(
      place,
      before ? { value: (before.value & ~bits.mask) | (bits.value & bits.mask), mask: before.mask | bits.mask } : bits,
    );
  }
}

function say(place: string, value: bigint, mask: bigint, anew = false): Said[] {
  if (mask === 0n && !anew) return [];
  return [{ place, bits: { value: value & mask, mask }, ...(anew && { anew }) }];
}

function saidBy({ name, value, mask }: MatchField): Said[] {
  const word = value === "" ? PROTOCOL_WORDS[name] : undefined;
  if (word)
    return [
      ...(word.ethType >= 0 ? say("eth_type", BigInt(word.ethType), 0xffffn) : []),
      ...(word.proto === undefined ? [] : say("nw_proto", BigInt(word.proto), 0xffn)),
    ];
  const field = findField(name);
  const read = field && parseFieldValue(field, value, mask);
  if (!field || !read) throw new Error(`${name}=${value} is no match`);
  return saidByValue(field, wordsToBig(read.value), wordsToBig(read.mask));
}

function saidByValue(field: Field, value: bigint, mask: bigint): Said[] {
  if (field.name === "packet_type") return [];
  if (field.name === "dl_vlan" || field.name === "dl_vlan1") {
    const place = field.name === "dl_vlan" ? "vlan_tci" : "vlan_tci1";
    return value === NO_VLAN_ID ? say(place, 0n, 0xffffn) : say(place, value | VLAN_PRESENT, 0x1fffn);
  }
  const wide = /^x(x?)reg(\d+)$/.exec(field.name);
  if (wide) {
    // Registers lie side by side, the highest bits first (OXM_OF_PKT_REG<N>).
    const count = wide[1] ? 4 : 2;
    return Array.from({ length: count }, (_, i) => {
      const down = BigInt(32 * (count - 1 - i));
      // What was said of the register before is said anew (meta-flow.c mf_set).
      const place = `reg${Number(wide[2]) * count + i}`;
      return say(place, (value >> down) & 0xffffffffn, (mask >> down) & 0xffffffffn, true);
    }).flat();
  }
  const at = PLACES[field.name];
  if (!at) return say(field.name, value, mask);
  if (at.shift === 13n) return say(at.place, (value << 13n) | VLAN_PRESENT, (mask << 13n) | VLAN_PRESENT);
  return say(at.place, value << at.shift, at.keep ?? mask << at.shift);
}

/** Whether every packet that `narrow` takes is taken by `wide` too (lib/classifier.c, loose matching of flow_mod). */
export function includes(wide: MatchBits, narrow: Match): boolean {
  if (wide.size === 0) return true;
  // Most flows name none of the places asked for: they need not be read.
  for (const place of wide.keys()) if (!mentions(narrow, place)) return false;
  const bits = bitsOf(narrow);
  for (const [place, { value, mask }] of wide) {
    const at = bits.get(place);
    if (!at || (at.mask & mask) !== mask || (at.value & mask) !== value) return false;
  }
  return true;
}

/** For each place, the names of fields that say something about it. */
const MENTIONS = new Map<string, ReadonlySet<string>>();

function mentions(match: Match, place: string): boolean {
  let names = MENTIONS.get(place);
  if (!names) {
    names = namesOf(place);
    MENTIONS.set(place, names);
  }
  for (const field of match.fields) if (names.has(field.name)) return true;
  return false;
}

function namesOf(place: string): ReadonlySet<string> {
  const own = [place, ...Object.keys(PLACES).filter((name) => PLACES[name]?.place === place)];
  const all = new Set(own);
  for (const name of own) {
    const field = findField(name);
    for (const other of [field?.nxm, field?.oxm, ...(field?.aliases ?? [])]) if (other) all.add(other);
  }
  if (place === "eth_type" || place === "nw_proto") for (const word of Object.keys(PROTOCOL_WORDS)) all.add(word);
  const register = /^reg(\d+)$/.exec(place);
  if (register) {
    const n = Number(register[1]);
    for (const name of [`xreg${n >> 1}`, `xxreg${n >> 2}`]) {
      all.add(name);
      const field = findField(name);
      if (field?.nxm) all.add(field.nxm);
      if (field?.oxm) all.add(field.oxm);
    }
  }
  return all;
}
