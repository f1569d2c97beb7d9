/**
 * Actions as `ovs-ofctl -O OpenFlow13 dump-flows` shows them, however they were written: Open vSwitch keeps what an action
 * does, and encodes it anew for each version of OpenFlow (lib/ofp-actions.c, encode_* and format_*).
 */
import type { Action, Flow } from "../../../net/openflow/ast.ts";
import { type Field, findField } from "../../../net/openflow/field.ts";
import { formatFieldValue, parseFieldValue, wordsToBig } from "../../../net/openflow/value.ts";
import { bitsOf, VLAN_PRESENT } from "./match-bits.ts";

const VLAN_ETHERTYPE = 0x8100;
/** A packet to the controller is not cut (OFPCML_NO_BUFFER prints as 65535). */
const WHOLE_PACKET = 65535;

/** What is known of the packet at an action: whether it has a tag, and which protocol it is. */
interface Packet {
  tagged: boolean;
  l4: "tcp" | "udp" | "sctp";
}

/** The same list where it is in that form already. */
export function canonicalActions(flow: Pick<Flow, "match" | "actions">): Action[] {
  const bits = bitsOf(flow.match);
  const tci = bits.get("vlan_tci");
  const proto = bits.get("nw_proto")?.value;
  const packet: Packet = {
    tagged: tci !== undefined && (tci.value & tci.mask & VLAN_PRESENT) !== 0n,
    l4: proto === 17n ? "udp" : proto === 132n ? "sctp" : "tcp",
  };
  return rewriteList(flow.actions, packet);
}

function rewriteList(actions: Action[], packet: Packet): Action[] {
  let changed = false;
  const out: Action[] = [];
  for (const action of actions) {
    const next = rewrite(action, packet);
    if (next.length !== 1 || next[0] !== action) changed = true;
    out.push(...next);
  }
  return changed ? out : actions;
}

const setField = (value: string, field: string): Action => ({ kind: "set_field", value, field });

function rewrite(action: Action, packet: Packet): Action[] {
  switch (action.kind) {
    case "set_vlan_vid": {
      const set = setField(String(action.vid | Number(VLAN_PRESENT)), "vlan_vid");
      return withTag(action.push, set, packet);
    }
    case "set_vlan_pcp":
      return withTag(action.push, setField(String(action.pcp), "vlan_pcp"), packet);
    case "push_vlan":
      packet.tagged = true;
      return [action];
    case "pop_vlan":
      packet.tagged = false;
      return action.word === "pop_vlan" ? [action] : [{ kind: "pop_vlan", word: "pop_vlan" }];
    case "mod":
      return [modification(action.field, action.value, packet)];
    case "set_tunnel":
      return [setField(plain("tun_id", action.id), "tun_id")];
    case "set_field":
      return canonicalSetField(action);
    case "controller":
      return [canonicalController(action)];
    case "clone":
    case "write_actions": {
      const actions = rewriteList(action.actions, { ...packet });
      return [actions === action.actions ? action : { ...action, actions }];
    }
    case "load": {
      const value = hex(BigInt(action.value));
      return [value === action.value ? action : { ...action, value }];
    }
    case "ct": {
      const exec = action.exec && rewriteList(action.exec, { ...packet });
      if (action.zone !== 0 && exec === action.exec) return [action];
      const { zone, ...rest } = action;
      // Zone 0 is the zone of none.
      return [{ ...rest, ...(zone !== 0 && zone !== undefined && { zone }), ...(exec && { exec }) }];
    }
    case "enqueue":
      return [
        { kind: "set_queue", queue: action.queue },
        { kind: "output", port: action.port },
        { kind: "word", word: "pop_queue" },
      ];
    default:
      return [action];
  }
}

/** A tag is pushed where the packet is not known to have one. */
function withTag(push: boolean, set: Action, packet: Packet): Action[] {
  if (packet.tagged || !push) return [set];
  packet.tagged = true;
  return [{ kind: "push_vlan", ethType: VLAN_ETHERTYPE }, set];
}

function plain(field: string, value: string): string {
  const known = findField(field);
  const read = known && parseFieldValue(known, value);
  return known && read ? formatFieldValue(known, read.value).value : value;
}

type Modified = Extract<Action, { kind: "mod" }>["field"];

const MODIFIED: Readonly<Record<Exclude<Modified, "tp_src" | "tp_dst" | "nw_tos">, string>> = {
  dl_src: "eth_src",
  dl_dst: "eth_dst",
  nw_src: "ip_src",
  nw_dst: "ip_dst",
  nw_ecn: "nw_ecn",
  nw_ttl: "nw_ttl",
};

function modification(field: Modified, value: string, packet: Packet): Action {
  if (field === "tp_src" || field === "tp_dst") return setField(value, `${packet.l4}${field.slice(2)}`);
  if (field === "nw_tos") return setField(String(Number(value) >> 2), "ip_dscp");
  return setField(plain(MODIFIED[field], value), MODIFIED[field]);
}

function canonicalSetField(action: Extract<Action, { kind: "set_field" }>): Action[] {
  const field = findField(action.field);
  const read = field && parseFieldValue(field, action.value, action.mask);
  if (!field || !read || field.name.startsWith("tun_metadata")) return [action];
  const mask = wordsToBig(read.mask);
  if (mask !== (1n << BigInt(field.bits)) - 1n) return loads(field, wordsToBig(read.value), mask);
  const text = formatFieldValue(field, read.value);
  if (text.value === action.value && action.mask === undefined && field.name === action.field) return [action];
  return [setField(text.value, field.name)];
}

/** Most bits that one load carries. */
const LOAD_BITS = 64;

/** Before OpenFlow 1.5 no set_field has a mask: each run of bits is a load (ofp-actions.c set_field_to_nxast). */
function loads(field: Field, value: bigint, mask: bigint): Action[] {
  const name = field.nxm ?? field.oxm ?? field.name;
  const out: Action[] = [];
  for (let from = 0; from < field.bits; from++) {
    if (((mask >> BigInt(from)) & 1n) === 0n) continue;
    let to = from;
    while (to + 1 < field.bits && to + 1 - from < LOAD_BITS && ((mask >> BigInt(to + 1)) & 1n) !== 0n) to++;
    const bits = (value >> BigInt(from)) & ((1n << BigInt(to - from + 1)) - 1n);
    out.push({ kind: "load", value: hex(bits), target: { field: name, from, to } });
    from = to;
  }
  return out;
}

function hex(value: bigint): string {
  return value === 0n ? "0" : `0x${value.toString(16)}`;
}

function canonicalController(action: Extract<Action, { kind: "controller" }>): Action {
  const { short: _, maxLength = WHOLE_PACKET, ...rest } = action;
  if (Object.keys(rest).length > 1) return action;
  return action.short && action.maxLength !== undefined ? action : { kind: "controller", short: true, maxLength };
}
