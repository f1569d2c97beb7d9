/** A match in the words and the order of `ovs-ofctl dump-flows` (Open vSwitch 3.1 lib/match.c match_format). */
import type { Match, MatchField } from "../../../net/openflow/ast.ts";
import { findField } from "../../../net/openflow/field.ts";
import { bigToWords, formatFieldValue } from "../../../net/openflow/value.ts";
import { type Bits, bitsOf, type MatchBits, VLAN_PRESENT, writtenBits } from "./match-bits.ts";

const BEFORE_PROTOCOL = [
  ...["pkt_mark", "recirc_id", "dp_hash", "conj_id", "skb_priority", "actset_output", "ct_state", "ct_zone", "ct_mark"],
  ...["ct_label", "ct_nw_src", "ct_ipv6_src", "ct_nw_dst", "ct_ipv6_dst", "ct_nw_proto", "ct_tp_src", "ct_tp_dst"],
];
const TUNNEL = [
  ...["tun_id", "tun_src", "tun_dst", "tun_ipv6_src", "tun_ipv6_dst", "tun_tos", "tun_ttl", "tun_gbp_id"],
  ...["tun_gbp_flags", "tun_erspan_ver", "tun_erspan_idx", "tun_erspan_dir", "tun_erspan_hwid", "tun_gtpu_flags"],
  ...["tun_gtpu_msgtype", "tun_flags"],
];

type Level3 = { word?: string; l3?: "ip" | "ipv6" | "arp"; l4?: "tcp" | "udp" | "sctp" | "icmp" | "icmp6" };

const PROTOCOLS: Readonly<Record<string, Level3["l4"]>> = { 6: "tcp", 17: "udp", 132: "sctp" };

interface Form {
  readonly match: Match;
  /** Made when it is first asked for. */
  key?: string;
}

const forms = new WeakMap<Match, Form>();

function formOf(match: Match): Form {
  let form = forms.get(match);
  if (!form) {
    const fields = format(bitsOf(match));
    form = { match: same(fields, match.fields) ? match : { fields } };
    forms.set(match, form);
    if (form.match !== match) forms.set(form.match, form);
  }
  return form;
}

/** The match is in that form: it need not be read to find that out. */
export function takeAsCanonical(match: Match): void {
  forms.set(match, { match });
}

/** The same object where it is in that form already. */
export function canonicalMatch(match: Match): Match {
  return formOf(match).match;
}

/** The same text for matches that Open vSwitch holds to be the same. */
export function matchKey(match: Match): string {
  const form = formOf(match);
  if (form.key === undefined) {
    let key = "";
    for (const { name, value, mask } of form.match.fields)
      key += mask === undefined ? `${name}=${value},` : `${name}=${value}/${mask},`;
    form.key = key;
  }
  return form.key;
}

/** What Open vSwitch drops of a match, before and after, as its log tells it; undefined where it keeps all. */
export function dropped(match: Match): { readonly before: Match; readonly after: Match } | undefined {
  const written = writtenBits(match);
  return written.size === bitsOf(match).size
    ? undefined
    : { before: { fields: format(written) }, after: canonicalMatch(match) };
}

function same(a: readonly MatchField[], b: readonly MatchField[]): boolean {
  return (
    a.length === b.length &&
    a.every((f, i) => f.name === b[i]?.name && f.value === b[i]?.value && f.mask === b[i]?.mask)
  );
}

function format(bits: MatchBits): MatchField[] {
  const out: MatchField[] = [];
  const done = new Set<string>();
  const put = (place: string, as = place) => {
    const at = bits.get(place);
    if (!at || done.has(place)) return;
    done.add(place);
    out.push(printField(place, as, at));
  };
  for (const place of BEFORE_PROTOCOL) put(place);
  const { word, l3, l4 } = protocol(bits);
  if (word !== undefined) out.push({ name: word, value: "" });
  for (let i = 0; i < 16; i++) put(`reg${i}`);
  for (const place of TUNNEL) put(place);
  for (const place of bits.keys()) if (place.startsWith("tun_metadata")) put(place);
  put("metadata");
  put("in_port");
  for (const level of ["", "1"]) {
    const at = bits.get(`vlan_tci${level}`);
    if (at) out.push(...vlan(at, level));
    done.add(`vlan_tci${level}`);
  }
  put("eth_src", "dl_src");
  put("eth_dst", "dl_dst");
  if (word === undefined) put("eth_type", "dl_type");
  done.add("eth_type");
  for (const place of ["ipv6_src", "ipv6_dst", "ipv6_label"]) put(place);
  put("ip_src", l3 === "arp" ? "arp_spa" : "nw_src");
  put("ip_dst", l3 === "arp" ? "arp_tpa" : "nw_dst");
  if (l4 === undefined) put("nw_proto", l3 === "arp" ? "arp_op" : "nw_proto");
  done.add("nw_proto");
  if (l3 === "arp") for (const place of ["arp_sha", "arp_tha"]) put(place);
  const tos = bits.get("nw_tos");
  if (tos && (tos.mask & 0xfcn) !== 0n) out.push({ name: "nw_tos", value: String(tos.value & 0xfcn) });
  if (tos && (tos.mask & 3n) !== 0n) out.push({ name: "nw_ecn", value: String(tos.value & 3n) });
  done.add("nw_tos");
  for (const place of ["nw_ttl", "mpls_label", "mpls_tc", "mpls_ttl", "mpls_bos"]) put(place);
  put("ip_frag", "nw_frag");
  if (l4 === "icmp" || l4 === "icmp6") {
    put("tp_src", "icmp_type");
    put("tp_dst", "icmp_code");
    for (const place of ["nd_target", "nd_reserved", "nd_options_type"]) put(place);
    put("arp_sha", "nd_sll");
    put("arp_tha", "nd_tll");
  } else {
    put("tp_src");
    put("tp_dst");
  }
  put("tcp_flags");
  for (const place of bits.keys()) put(place);
  return out;
}

/** The word that stands for Ethertype and protocol, and which of both it says. */
function protocol(bits: MatchBits): Level3 {
  const type = bits.get("eth_type");
  if (type?.mask !== 0xffffn) return {};
  const number = bits.get("nw_proto");
  const exact = number?.mask === 0xffn ? String(number.value) : "";
  switch (type.value) {
    case 0x0800n: {
      const l4 = exact === "1" ? "icmp" : PROTOCOLS[exact];
      return { word: l4 ?? "ip", l3: "ip", l4 };
    }
    case 0x86ddn: {
      const l4 = exact === "58" ? "icmp6" : PROTOCOLS[exact];
      return { word: l4 === undefined ? "ipv6" : l4 === "icmp6" ? l4 : `${l4}6`, l3: "ipv6", l4 };
    }
    case 0x0806n:
      return { word: "arp", l3: "arp" };
    case 0x8035n:
      return { word: "rarp", l3: "arp" };
    case 0x8847n:
      return { word: "mpls" };
    case 0x8848n:
      return { word: "mplsm" };
    default:
      return {};
  }
}

function vlan({ value, mask }: Bits, level: string): MatchField[] {
  const id = mask & 0xfffn;
  const priority = mask & 0xe000n;
  const whole = (id === 0n || id === 0xfffn) && (priority === 0n || priority === 0xe000n);
  if ((value & mask & VLAN_PRESENT) !== 0n && whole && (id !== 0n || priority !== 0n)) {
    const out: MatchField[] = [];
    if (id !== 0n) out.push({ name: `dl_vlan${level}`, value: String(value & 0xfffn) });
    if (priority !== 0n) out.push({ name: `dl_vlan_pcp${level}`, value: String(value >> 13n) });
    return out;
  }
  const hex = (n: bigint) => `0x${n.toString(16).padStart(4, "0")}`;
  const field: MatchField = { name: `vlan_tci${level}`, value: hex(value) };
  if (mask !== 0xffffn) field.mask = hex(mask);
  return [field];
}

/** Fields that the registry has under another name than the place. */
const REGISTRY: Readonly<Record<string, string>> = { tp_src: "tcp_src", tp_dst: "tcp_dst" };

/** How bits were printed last: the same of two matches are one object. */
const printed = new WeakMap<Bits, { readonly place: string; readonly as: string; readonly field: MatchField }>();

function printField(place: string, as: string, bits: Bits): MatchField {
  const last = printed.get(bits);
  if (last?.place === place && last.as === as) return last.field;
  const field = fieldOf(place, as, bits);
  printed.set(bits, { place, as, field });
  return field;
}

function fieldOf(place: string, as: string, { value, mask }: Bits): MatchField {
  const field = findField(as === "icmp_type" || as === "icmp_code" ? as : (REGISTRY[place] ?? place));
  if (!field) throw new Error(`${place} is no field`);
  // Alone among numbers of this format it is printed in tens (match_format, format_uint16_masked).
  if (place === "ct_zone" && mask === 0xffffn) return { name: as, value: String(value) };
  if (place === "ipv6_label") {
    const hex = (n: bigint) => `0x${n.toString(16).padStart(5, "0")}`;
    return mask === 0xfffffn ? { name: as, value: hex(value) } : { name: as, value: hex(value), mask: hex(mask) };
  }
  const words = bigToWords(value, field.bits) ?? [];
  const text = formatFieldValue(field, words, bigToWords(mask, field.bits));
  return text.mask === undefined ? { name: as, value: text.value } : { name: as, value: text.value, mask: text.mask };
}
