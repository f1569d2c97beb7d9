/** Actions compiled to operations over words of the flow key. */
import type { Action, CtAction, LearnAction, Subfield } from "../../net/openflow/ast.ts";
import { type Field, findField } from "../../net/openflow/field.ts";
import { bigToWords, parseFieldValue, parseInteger, parseIpv4, parseMac } from "../../net/openflow/value.ts";
import { type BitRun, bitRuns, locate, maskOf, VLAN_CFI, W } from "./key.ts";
import { type PortNames, portNumber } from "./match.ts";

/** Write `value` under `mask` into a word. */
export interface WordWrite {
  word: number;
  mask: number;
  value: number;
}

/** `text` is the action as printed, made when first asked for. */
export type Op = { action: Action; text?: string } & (
  | { op: "output"; port: number }
  | { op: "output_reg"; source: BitRun[] }
  | { op: "controller" }
  | { op: "enqueue"; port: number }
  | { op: "group"; id: number }
  | { op: "set"; field: Field; writes: WordWrite[]; vlan: boolean }
  /** mod_*: only where the packet has the header, without a message otherwise. */
  | { op: "set_vlan"; push: boolean; mask: number; value: number }
  | { op: "pop_vlan" }
  | { op: "push_vlan"; ethType: number }
  | { op: "move"; source: Field; target: Field; from: BitRun[]; to: BitRun[]; vlan: boolean }
  | { op: "push"; source: BitRun[] }
  | { op: "pop"; field: Field; target: BitRun[]; vlan: boolean }
  | { op: "dec_ttl"; controllers: number }
  | { op: "resubmit"; port: number | undefined; table: number | undefined; ct: boolean }
  | { op: "goto_table"; table: number }
  | { op: "learn"; learn: LearnAction }
  | { op: "ct"; ct: CtAction; zone: BitRun[] | number; exec: readonly Op[] }
  | { op: "ct_clear" }
  | { op: "clone"; program: readonly Op[] }
  | { op: "clear_actions" }
  | { op: "write_actions"; program: readonly Op[] }
  | { op: "check_pkt_larger"; length: number; target: WordWrite }
  | { op: "exit" }
  | { op: "nothing" }
  | { op: "unknown"; what: string }
);

const TCI: Readonly<Record<string, true>> = {
  vlan_tci: true,
  dl_vlan: true,
  vlan_vid: true,
  dl_vlan_pcp: true,
  vlan_pcp: true,
};

export function compileActions(actions: readonly Action[], names: PortNames): Op[] {
  return actions.map((a) => compileAction(a, names));
}

function unknown(action: Action, what: string): Op {
  return { action, op: "unknown", what };
}

/** The bits that a subfield names, with its field; undefined when the engine does not carry the field. */
export function runsOf(s: Subfield): { field: Field; runs: BitRun[]; bits: number } | undefined {
  const field = findField(s.field);
  const at = field && locate(field);
  if (!field || !at) return undefined;
  const from = s.from ?? 0;
  const to = s.to ?? field.bits - 1;
  return { field, runs: bitRuns(at, from, to), bits: to - from + 1 };
}

/** Splits a value over the runs, lowest bits first. */
function writesOf(runs: readonly BitRun[], value: bigint): WordWrite[] {
  let rest = value;
  return runs.map(({ word, shift, bits }) => {
    const part = Number(rest & BigInt(maskOf(bits)));
    rest >>= BigInt(bits);
    return { word, mask: (maskOf(bits) << shift) >>> 0, value: (part << shift) >>> 0 };
  });
}

function setField(action: Action, field: Field, value: readonly number[], mask: readonly number[]): Op {
  const at = locate(field);
  if (!at) return unknown(action, `field ${field.name}`);
  const vlan = field.name in TCI;
  const writes: WordWrite[] = [];
  for (let i = 0; i < at.words; i++) {
    let v = value[i] as number;
    let m = mask[i] as number;
    if (field.name === "nw_tos") m &= 0xfc;
    if (at.words === 1) {
      v = (v << at.shift) >>> 0;
      m = (m << at.shift) >>> 0;
    }
    if (field.name === "dl_vlan" || field.name === "dl_vlan_pcp" || field.name === "vlan_pcp") {
      v |= VLAN_CFI;
      m |= VLAN_CFI;
    }
    if (m !== 0) writes.push({ word: at.word + i, mask: m >>> 0, value: (v & m) >>> 0 });
  }
  return { action, op: "set", field, writes, vlan };
}

function compileMod(action: Extract<Action, { kind: "mod" }>): Op {
  const { field: name, value } = action;
  const field = findField(name === "nw_ecn" ? "nw_ecn" : name) as Field;
  if (name === "dl_src" || name === "dl_dst")
    return setField(action, field, parseMac(value) ?? [0, 0], [0xffff, 0xffffffff]);
  if (name === "nw_src" || name === "nw_dst") return setField(action, field, [parseIpv4(value) ?? 0], [0xffffffff]);
  const n = Number(value);
  // mod_tp_* writes whatever IP protocol there is, unlike set_field; so the field is named for its prerequisite only.
  if (name === "tp_src" || name === "tp_dst") {
    const word = name === "tp_src" ? W.TP_SRC : W.TP_DST;
    return {
      action,
      op: "set",
      field: findField("nw_proto") as Field,
      writes: [{ word, mask: 0xffff, value: n }],
      vlan: false,
    };
  }
  return setField(action, field, [n], [0xff]);
}

function compileWord(action: Extract<Action, { kind: "word" }>): Op {
  switch (action.word) {
    case "exit":
    case "ct_clear":
    case "clear_actions":
      return { action, op: action.word };
    case "pop_queue":
    case "debug_slow":
      return { action, op: "nothing" };
    case "dec_mpls_ttl":
    case "dec_nsh_ttl":
    case "debug_recirc":
      return unknown(action, `action ${action.word}`);
  }
}

function compileAction(action: Action, names: PortNames): Op {
  switch (action.kind) {
    case "output": {
      const port = portNumber(action.port, names);
      return port === undefined ? unknown(action, `port ${action.port}`) : { action, op: "output", port };
    }
    case "output_trunc":
      return unknown(action, "truncated output");
    case "output_reg": {
      const s = runsOf(action.source);
      return s ? { action, op: "output_reg", source: s.runs } : unknown(action, `field ${action.source.field}`);
    }
    case "controller":
      return { action, op: "controller" };
    case "enqueue": {
      const port = portNumber(action.port, names);
      return port === undefined ? unknown(action, `port ${action.port}`) : { action, op: "enqueue", port };
    }
    case "group":
      return { action, op: "group", id: action.id };
    case "set_vlan_vid":
      return { action, op: "set_vlan", push: action.push, mask: 0x0fff, value: action.vid };
    case "set_vlan_pcp":
      return { action, op: "set_vlan", push: action.push, mask: 0xe000, value: action.pcp << 13 };
    case "pop_vlan":
      return { action, op: "pop_vlan" };
    case "push_vlan":
      return { action, op: "push_vlan", ethType: action.ethType };
    case "mod":
      return compileMod(action);
    case "load": {
      const t = runsOf(action.target);
      const value = parseInteger(action.value);
      if (!t || value === undefined) return unknown(action, `field ${action.target.field}`);
      return { action, op: "set", field: t.field, writes: writesOf(t.runs, value), vlan: t.field.name in TCI };
    }
    case "set_field": {
      const field = findField(action.field);
      const read = field && locate(field) && parseFieldValue(field, action.value, action.mask);
      return field && read ? setField(action, field, read.value, read.mask) : unknown(action, `field ${action.field}`);
    }
    case "set_tunnel": {
      const value = bigToWords(parseInteger(action.id) ?? 0n, 64) ?? [0, 0];
      return setField(action, findField("tun_id") as Field, value, [0xffffffff, 0xffffffff]);
    }
    case "write_metadata": {
      const field = findField("metadata") as Field;
      const read = parseFieldValue(field, action.value, action.mask);
      return read ? setField(action, field, read.value, read.mask) : unknown(action, "metadata");
    }
    case "move": {
      const s = runsOf(action.source);
      const t = runsOf(action.target);
      if (!s || !t) return unknown(action, `field ${(s ? action.target : action.source).field}`);
      if (s.bits !== t.bits) return unknown(action, "a move between fields of unequal width");
      const { from, to } = align(s.runs, t.runs);
      return { action, op: "move", source: s.field, target: t.field, from, to, vlan: t.field.name in TCI };
    }
    case "push": {
      const s = runsOf(action.source);
      return s ? { action, op: "push", source: s.runs } : unknown(action, `field ${action.source.field}`);
    }
    case "pop": {
      const t = runsOf(action.target);
      return t
        ? { action, op: "pop", field: t.field, target: t.runs, vlan: t.field.name in TCI }
        : unknown(action, `field ${action.target.field}`);
    }
    case "dec_ttl":
      return { action, op: "dec_ttl", controllers: action.controllers?.length ?? 1 };
    case "resubmit": {
      const port = action.port === undefined ? undefined : portNumber(action.port, names);
      if (action.port !== undefined && port === undefined) return unknown(action, `port ${action.port}`);
      return { action, op: "resubmit", port, table: action.table, ct: action.ct };
    }
    case "goto_table":
      return { action, op: "goto_table", table: action.table };
    case "learn":
      return { action, op: "learn", learn: action };
    case "ct": {
      const zone =
        action.zone === undefined ? 0 : typeof action.zone === "number" ? action.zone : runsOf(action.zone)?.runs;
      if (zone === undefined) return unknown(action, "conntrack zone");
      return { action, op: "ct", ct: action, zone, exec: compileActions(action.exec ?? [], names) };
    }
    case "clone":
      return { action, op: "clone", program: compileActions(action.actions, names) };
    case "write_actions":
      return { action, op: "write_actions", program: compileActions(action.actions, names) };
    case "check_pkt_larger": {
      const t = runsOf(action.target);
      const write = t && writesOf(t.runs, 1n)[0];
      return write
        ? { action, op: "check_pkt_larger", length: action.length, target: write }
        : unknown(action, `field ${action.target.field}`);
    }
    case "word":
      return compileWord(action);
    // Queues and meters decide when, not where; the rest does nothing to a packet on its way.
    case "set_queue":
    case "meter":
    case "fin_timeout":
    case "note":
    case "conjunction":
      return { action, op: "nothing" };
    case "opaque":
      if (action.name === "sample") return { action, op: "nothing" };
      return unknown(action, `action ${action.name}`);
    case "set_mpls":
    case "push_mpls":
    case "pop_mpls":
    case "nat":
    case "delete_field":
      return unknown(action, `action ${action.kind}`);
  }
}

/** Cuts two lists of runs of equal total width so that they pair up. */
function align(a: readonly BitRun[], b: readonly BitRun[]): { from: BitRun[]; to: BitRun[] } {
  const from: BitRun[] = [];
  const to: BitRun[] = [];
  const left = a.map((r) => ({ ...r }));
  const right = b.map((r) => ({ ...r }));
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    const x = left[i] as BitRun;
    const y = right[j] as BitRun;
    const bits = Math.min(x.bits, y.bits);
    from.push({ word: x.word, shift: x.shift, bits });
    to.push({ word: y.word, shift: y.shift, bits });
    for (const r of [x, y]) {
      r.shift += bits;
      r.bits -= bits;
    }
    if (x.bits === 0) i++;
    if (y.bits === 0) j++;
  }
  return { from, to };
}
