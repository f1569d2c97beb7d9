/** A written flow, as `ofproto/trace` takes it, as a key (lib/ofp-flow.c parse_ofp_exact_flow). */
import { type Field, findField, PROTOCOL_WORDS } from "../../net/openflow/field.ts";
import { parsePort } from "../../net/openflow/parse-operand.ts";
import { FlowSyntaxError, splitTop } from "../../net/openflow/scan.ts";
import { bigToWords, parseFieldValue } from "../../net/openflow/value.ts";
import { type FlowKey, hasField, locate, newKey, W } from "./key.ts";
import { type PortNames, portNumber } from "./match.ts";
import { fixTpid } from "./vlan.ts";

const NO_PORT = 0xffff;

/** Throws FlowSyntaxError, with what is wrong, for what ofproto/trace refuses too. */
export function parseExactFlow(text: string, names: PortNames): FlowKey {
  const key = newKey();
  const seen: string[] = [];
  let hasPort = false;
  for (const piece of splitTop(text, true)) {
    const equals = piece.indexOf("=");
    if (equals < 0) {
      putWord(key, piece);
      continue;
    }
    const name = piece.slice(0, equals);
    const value = piece.slice(equals + 1);
    const field = findField(transportName(name, key));
    if (!field) throw new FlowSyntaxError(`unknown field ${name}`, text);
    const at = locate(field);
    if (!at) throw new FlowSyntaxError(`${name}: a field that traces do not carry`, text);
    if (seen.includes(field.name)) throw new FlowSyntaxError(`field ${name} set multiple times`, text);
    seen.push(field.name);
    if (!hasField(field, key)) throw new FlowSyntaxError(`prerequisites not met for setting ${name}`, text);
    if (field.format === "port") {
      const port = portNumber(parsePort(value), names);
      if (port === undefined) throw new FlowSyntaxError(`${name}: no port ${value}`, text);
      key[at.word] = port;
      hasPort ||= at.word === W.IN_PORT;
      continue;
    }
    const slash = value.indexOf("/");
    const read =
      slash < 0 ? parseFieldValue(field, value) : parseFieldValue(field, value.slice(0, slash), value.slice(slash + 1));
    if (!read) throw new FlowSyntaxError(`bad value for ${name} (${value})`, text);
    // Signs give some flags, and leave the others open.
    if (/^[+-]/.test(value) || !isExact(field, read.mask))
      throw new FlowSyntaxError(`bad value for ${name} (${value}: wildcards not allowed here)`, text);
    put(key, field.name, at, read.value);
  }
  if (!hasPort) key[W.IN_PORT] = NO_PORT;
  return key;
}

/** A packet has a value for every bit: masks that leave one open are refused (lib/meta-flow.c mf_parse_value). */
function isExact(field: Field, mask: readonly number[]): boolean {
  const ones = bigToWords((1n << BigInt(field.bits)) - 1n, field.bits) ?? [];
  return ones.every((word, i) => ((mask[i] ?? 0) & word) >>> 0 === word);
}

function putWord(key: FlowKey, piece: string): void {
  const word = PROTOCOL_WORDS[piece];
  if (!word) throw new FlowSyntaxError(`unknown match ${piece}`, piece);
  if (word.ethType >= 0) key[W.DL_TYPE] = word.ethType;
  if (word.proto !== undefined) key[W.NW_PROTO] = word.proto;
}

/** `tp_src` and `icmp_type` mean the packet's own protocol; ofproto/trace itself wants udp_src and icmpv6_type spelt out. */
function transportName(name: string, key: FlowKey): string {
  const proto = key[W.NW_PROTO];
  if (name === "tp_src" || name === "tp_dst")
    return `${proto === 17 ? "udp" : proto === 132 ? "sctp" : "tcp"}${name.slice(2)}`;
  if (key[W.DL_TYPE] === 0x86dd && (name === "icmp_type" || name === "icmp_code")) return `icmpv6${name.slice(4)}`;
  return name;
}

function put(key: FlowKey, name: string, at: NonNullable<ReturnType<typeof locate>>, value: readonly number[]): void {
  const v = value[0] as number;
  switch (name) {
    case "dl_vlan":
    case "dl_vlan1":
      key[at.word] = v === 0xffff ? 0 : ((key[at.word] as number) & 0xe000) | 0x1000 | v;
      break;
    case "dl_vlan_pcp":
    case "dl_vlan_pcp1":
    case "vlan_pcp":
      key[at.word] = ((key[at.word] as number) & 0x0fff) | 0x1000 | (v << 13);
      break;
    case "vlan_vid":
      key[at.word] = ((key[at.word] as number) & 0xe000) | v;
      break;
    default:
      if (at.words > 1) for (let i = 0; i < at.words; i++) key[at.word + i] = value[i] as number;
      else key[at.word] = ((key[at.word] as number) | (v << at.shift)) >>> 0;
  }
  if (at.word === W.VLAN0) fixTpid(key);
  if (at.word === W.VLAN1 && key[W.VLAN1] !== 0 && key[W.TPID1] === 0) key[W.TPID1] = 0x8100;
}
