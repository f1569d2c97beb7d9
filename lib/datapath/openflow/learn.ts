/** The flow that a `learn` action installs for a packet (lib/learn.c learn_execute). */
import type { Action, Flow, LearnAction, LearnSpec, MatchField, Subfield } from "../../net/openflow/ast.ts";
import { type Field, findField } from "../../net/openflow/field.ts";
import { bigToWords, formatFieldValue, parseFieldValue, parseInteger, wordsToBig } from "../../net/openflow/value.ts";
import type { BitRun, FlowKey } from "./key.ts";
import { runsOf } from "./program.ts";

export function readRuns(key: FlowKey, runs: readonly BitRun[]): bigint {
  let value = 0n;
  let at = 0n;
  for (const { word, shift, bits } of runs) {
    const part = ((key[word] as number) >>> shift) & (bits >= 32 ? 0xffffffff : (1 << bits) - 1);
    value |= BigInt(part >>> 0) << at;
    at += BigInt(bits);
  }
  return value;
}

/** OXM_OF_IN_PORT is 32 bits wide: reserved ports count from 0xffffff00. */
function readSource(key: FlowKey, s: Subfield): bigint | undefined {
  const at = runsOf(s);
  if (!at) return undefined;
  const value = readRuns(key, at.runs);
  return at.field.name === "in_port_oxm" && s.from === undefined && value >= 0xff00n ? value | 0xffff0000n : value;
}

interface Collected {
  field: Field;
  value: bigint;
  mask: bigint;
}

/** Undefined when the action uses a field that the engine does not carry. */
export function learnedFlow(learn: LearnAction, key: FlowKey): Flow | undefined {
  const matches = new Map<string, Collected>();
  const actions: Action[] = [];
  if (learn.finIdleTimeout || learn.finHardTimeout) {
    const fin: Action = { kind: "fin_timeout" };
    if (learn.finIdleTimeout) fin.idle = learn.finIdleTimeout;
    if (learn.finHardTimeout) fin.hard = learn.finHardTimeout;
    actions.push(fin);
  }
  for (const spec of learn.specs) {
    if (!apply(spec, key, matches, actions)) return undefined;
  }
  return {
    table: learn.table,
    priority: learn.priority ?? 32768,
    cookie: learn.cookie ?? "0x0",
    packets: 0,
    bytes: 0,
    duration: 0,
    idleTimeout: learn.idleTimeout ?? 0,
    hardTimeout: learn.hardTimeout ?? 0,
    flags: learn.flags.includes("send_flow_rem") ? ["send_flow_rem"] : [],
    match: { fields: [...matches.values()].map(matchField) },
    actions,
  };
}

function apply(spec: LearnSpec, key: FlowKey, matches: Map<string, Collected>, actions: Action[]): boolean {
  switch (spec.kind) {
    case "match": {
      const value = readSource(key, spec.source ?? spec.target);
      return value !== undefined && collect(matches, spec.target, value);
    }
    case "match_value": {
      const value = immediate(spec.target, spec.value);
      return value !== undefined && collect(matches, spec.target, value);
    }
    case "load":
    case "load_value": {
      const value = spec.kind === "load" ? readSource(key, spec.source) : immediate(spec.target, spec.value);
      if (value === undefined) return false;
      actions.push({ kind: "load", value: value === 0n ? "0" : `0x${value.toString(16)}`, target: spec.target });
      return true;
    }
    case "output": {
      const value = readSource(key, spec.source);
      if (value === undefined) return false;
      const names: Readonly<Record<number, string>> = {
        65528: "IN_PORT",
        65531: "FLOOD",
        65534: "LOCAL",
        65532: "ALL",
      };
      if (value < 0xff00n) actions.push({ kind: "output", port: Number(value) });
      else if (value <= 0xffffn && names[Number(value)])
        actions.push({ kind: "output", port: names[Number(value)] as string });
      return true;
    }
  }
}

function immediate(target: Subfield, text: string): bigint | undefined {
  const n = parseInteger(text);
  if (n !== undefined) return n;
  const field = findField(target.field);
  const read = field && parseFieldValue(field, text);
  return read ? wordsToBig(read.value) : undefined;
}

function collect(matches: Map<string, Collected>, target: Subfield, value: bigint): boolean {
  const field = findField(target.field);
  if (!field) return false;
  const from = BigInt(target.from ?? 0);
  const bits = BigInt((target.to ?? field.bits - 1) - (target.from ?? 0) + 1);
  const mask = ((1n << bits) - 1n) << from;
  const old = matches.get(field.name) ?? { field, value: 0n, mask: 0n };
  matches.set(field.name, { field, value: (old.value & ~mask) | ((value << from) & mask), mask: old.mask | mask });
  return true;
}

/** The names that dump-flows would use. */
const PRINTED: Readonly<Record<string, string>> = {
  eth_src: "dl_src",
  eth_dst: "dl_dst",
  eth_type: "dl_type",
  ip_src: "nw_src",
  ip_dst: "nw_dst",
  ip_frag: "nw_frag",
  tcp_src: "tp_src",
  tcp_dst: "tp_dst",
  in_port_oxm: "in_port",
};

function matchField({ field, value, mask }: Collected): MatchField {
  const words = (n: bigint): number[] => bigToWords(n, Math.max(field.bits, 32)) as number[];
  const name = PRINTED[field.name] ?? field.name;
  const inPort = field.name === "in_port_oxm";
  const text = formatFieldValue(field, words(inPort ? value & 0xffffn : value), words(mask));
  return text.mask === undefined ? { name, value: text.value } : { name, value: text.value, mask: text.mask };
}
