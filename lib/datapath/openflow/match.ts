/** A parsed match as words and masks over the flow key. */
import type { Match, MatchField } from "../../net/openflow/ast.ts";
import { findField, PROTOCOL_WORDS } from "../../net/openflow/field.ts";
import { parseFieldValue, RESERVED_PORTS } from "../../net/openflow/value.ts";
import { locate, VLAN_CFI, W } from "./key.ts";

/** Which bits of which words must have which value. Words ascend. */
export interface CompiledMatch {
  words: number[];
  masks: number[];
  values: number[];
  /** What the engine cannot match on: a flow that is chosen by the rest is undecidable. */
  unsupported?: string;
}

/** Port names of the bridge, without quotes, to numbers. */
export type PortNames = ReadonlyMap<string, number>;

class MatchBuilder {
  readonly #mask = new Map<number, number>();
  readonly #value = new Map<number, number>();
  unsupported?: string;

  /** Requires `word & mask == value`. */
  add(word: number, value: number, mask: number): void {
    if (mask === 0) return;
    this.#mask.set(word, ((this.#mask.get(word) ?? 0) | mask) >>> 0);
    this.#value.set(word, (((this.#value.get(word) ?? 0) & ~mask) | (value & mask)) >>> 0);
  }

  finish(): CompiledMatch {
    const words = [...this.#mask.keys()].sort((a, b) => a - b);
    const match: CompiledMatch = {
      words,
      masks: words.map((w) => this.#mask.get(w) as number),
      values: words.map((w) => this.#value.get(w) as number),
    };
    if (this.unsupported !== undefined) match.unsupported = this.unsupported;
    return match;
  }
}

/** Compiles once per flow; values were checked by the parser, what does not fit anyway counts as unsupported. */
export function compileMatch(match: Match, names: PortNames): CompiledMatch {
  const b = new MatchBuilder();
  for (const field of match.fields) addField(b, field, names);
  return b.finish();
}

function addField(b: MatchBuilder, f: MatchField, names: PortNames): void {
  const word = f.value === "" ? PROTOCOL_WORDS[f.name] : undefined;
  if (word) {
    if (word.ethType >= 0) b.add(W.DL_TYPE, word.ethType, 0xffff);
    if (word.proto !== undefined) b.add(W.NW_PROTO, word.proto, 0xff);
    return;
  }
  const field = findField(f.name);
  const at = field && locate(field);
  if (!field || !at) {
    b.unsupported = f.name;
    return;
  }
  const port = field.format === "port" ? portNumber(f.value, names) : undefined;
  const read = port === undefined ? parseFieldValue(field, f.value, f.mask) : { value: [port], mask: [0xffffffff] };
  if (!read) {
    b.unsupported = `${f.name}=${f.value}`;
    return;
  }
  addValue(b, field.name, read.value, read.mask, names);
}

/** Requires a field to have a value under a mask, with what a VLAN field implies (lib/match.c match_set_dl_vlan and its kin). */
function addValue(
  b: MatchBuilder,
  name: string,
  value: readonly number[],
  mask: readonly number[],
  _names: PortNames,
): void {
  const field = findField(name);
  const at = field && locate(field);
  if (!field || !at) return;
  const v = value[0] as number;
  const m = mask[0] as number;
  switch (field.name) {
    case "dl_vlan":
    case "dl_vlan1":
      if (v === 0xffff) b.add(at.word, 0, 0xffff);
      else b.add(at.word, v | VLAN_CFI, 0x0fff | VLAN_CFI);
      return;
    case "dl_vlan_pcp":
    case "dl_vlan_pcp1":
    case "vlan_pcp":
      b.add(at.word, (v << 13) | VLAN_CFI, 0xe000 | VLAN_CFI);
      return;
    case "nw_tos":
      b.add(at.word, v & 0xfc, 0xfc);
      return;
    case "packet_type":
      return;
    case "vlan_vid":
      b.add(at.word, v, m & 0x1fff);
      return;
  }
  if (at.words === 1) b.add(at.word, v << at.shift, m << at.shift);
  else for (let i = 0; i < at.words; i++) b.add(at.word + i, value[i] as number, mask[i] as number);
}

/** The number of a port as flows write it; undefined for a name that the bridge does not have. */
export function portNumber(port: number | string, names: PortNames): number | undefined {
  if (typeof port === "number") return port;
  if (port.startsWith('"')) return names.get(port.slice(1, -1));
  const reserved = RESERVED_PORTS[port];
  if (reserved !== undefined) return reserved;
  return /^\d+$/.test(port) ? Number(port) : undefined;
}
