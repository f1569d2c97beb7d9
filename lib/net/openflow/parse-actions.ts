/** Reads action lists as `ovs-ofctl` prints and takes them (lib/ofp-actions.c of Open vSwitch 3.1). */
import {
  type Action,
  type CtAction,
  type LearnAction,
  type LearnSpec,
  MOD_FIELDS,
  type Nat,
  OPAQUE_NAMES,
  PLAIN_WORDS,
  type Port,
  type Subfield,
} from "./ast.ts";
import { findField } from "./field.ts";
import { FlowSyntaxError, needNumber, splitTop } from "./scan.ts";
import { parseFieldValue, parseInteger, parseIpv4, parseIpv6, parseMac, RESERVED_PORTS } from "./value.ts";

const MAX_NESTING = 32;
const MOD = new Set<string>(MOD_FIELDS);
const PLAIN = new Set<string>(PLAIN_WORDS);
const OPAQUE = new Set<string>(OPAQUE_NAMES);

const KNOWN_LIMIT = 10_000;

/** Reads a comma-separated list. `drop` and nothing are the empty list; `known` keeps actions that were read. Throws FlowSyntaxError. */
export function parseActions(text: string, depth = 0, known?: Map<string, Action>): Action[] {
  if (text === "drop" || text === "") return [];
  if (depth > MAX_NESTING) throw new FlowSyntaxError("actions nested too deep", text);
  const pieces = splitTop(text);
  const actions: Action[] = [];
  for (const piece of pieces) {
    const seen = known?.get(piece);
    const action = seen ?? parseAction(piece.trim(), depth);
    if (action && !seen && known && known.size < KNOWN_LIMIT) known.set(piece, action);
    if (action) actions.push(action);
    else if (pieces.length > 1) throw new FlowSyntaxError("drop stands beside other actions", text);
  }
  return actions;
}

export function parsePort(text: string): Port {
  if (text.charCodeAt(0) === 34) {
    if (text.length > 2 && text.endsWith('"')) return text;
    throw new FlowSyntaxError("port: a quoted name does not end", text);
  }
  const upper = text.toUpperCase();
  if (upper in RESERVED_PORTS) return upper;
  if (/^[0-9]/.test(text)) {
    const n = needNumber(text, "port");
    if (n >= 0xff00 && n < 0xffffff00) {
      const name = Object.keys(RESERVED_PORTS).find((k) => RESERVED_PORTS[k] === (n & 0xffff));
      if (n > 0xffff || !name) throw new FlowSyntaxError("port: number out of range", text);
      return name;
    }
    return n;
  }
  if (!/^[A-Za-z_][\w.@-]*$/.test(text)) throw new FlowSyntaxError("port: neither a number nor a name", text);
  return `"${text}"`;
}

export function parseSubfield(text: string): Subfield {
  const m = /^([A-Za-z_][A-Za-z0-9_]*)\[(?:(\d+)(?:\.\.(\d+))?)?\]$/.exec(text);
  if (!m) throw new FlowSyntaxError("expected field[], field[bit] or field[first..last]", text);
  const field = findField(m[1] as string);
  if (!field) throw new FlowSyntaxError(`unknown field ${m[1]}`, text);
  if (m[2] === undefined) return { field: m[1] as string };
  const from = Number(m[2]);
  const to = m[3] === undefined ? from : Number(m[3]);
  const width = Math.max(16, field.bits);
  if (to < from || to >= width) throw new FlowSyntaxError(`${field.name} has no bits ${from}..${to}`, text);
  return { field: m[1] as string, from, to };
}

function split2(text: string, separator: string, what: string): [string, string] {
  const i = text.indexOf(separator);
  if (i < 0) throw new FlowSyntaxError(`${what}: expected ${separator}`, text);
  return [text.slice(0, i), text.slice(i + separator.length)];
}

function parseAction(text: string, depth: number): Action | undefined {
  const m = /^[A-Za-z_0-9]+/.exec(text);
  if (!m) {
    if (text.startsWith('"')) return { kind: "output", port: parsePort(text) };
    throw new FlowSyntaxError("expected an action", text);
  }
  const word = m[0];
  const name = word.toLowerCase();
  const next = text.charCodeAt(word.length);
  let args: string | undefined;
  if (next === 58) args = text.slice(word.length + 1);
  else if (next === 40) {
    if (name === "check_pkt_larger") args = text.slice(word.length);
    else if (text.endsWith(")")) args = text.slice(word.length + 1, -1);
    else throw new FlowSyntaxError(`${word}: text after the closing bracket`, text);
  } else if (word.length !== text.length) throw new FlowSyntaxError(`unknown action ${word}`, text);

  if (args === undefined) {
    if (name === "drop") return undefined;
    if (name === "pop_vlan" || name === "strip_vlan") return { kind: "pop_vlan", word: name };
    if (name === "dec_ttl") return { kind: "dec_ttl" };
    if (name === "controller") return { kind: "controller", short: true };
    if (name === "normal" || name === "flood" || name === "all" || name === "local" || name === "in_port")
      return { kind: "output", port: name.toUpperCase() };
    if (name === "nat") return { kind: "nat", nat: { flags: [] } };
    // The cast is what PLAIN holds.
    if (PLAIN.has(name)) return { kind: "word", word: name as (typeof PLAIN_WORDS)[number] };
    if (name === "decap") return { kind: "opaque", name: "decap", arguments: "" };
    const upper = word.toUpperCase();
    if (upper === "TABLE" || upper === "NONE" || upper === "ANY") return { kind: "output", port: upper };
    if (/^\d+$/.test(word)) return { kind: "output", port: parsePort(word) };
    throw new FlowSyntaxError(`unknown action ${word}`, text);
  }
  return parseWithArguments(name, args, text, next === 40, depth);
}

function parseWithArguments(name: string, args: string, text: string, bracket: boolean, depth: number): Action {
  switch (name) {
    case "output": {
      if (bracket) {
        const o = options(args, ["port", "max_len"]);
        return {
          kind: "output_trunc",
          port: parsePort(o.port ?? ""),
          maxLength: needNumber(o.max_len ?? "", "max_len"),
        };
      }
      if (args.endsWith("]")) return { kind: "output_reg", source: parseSubfield(args) };
      return { kind: "output", port: parsePort(args) };
    }
    case "controller":
      return parseController(args, bracket);
    case "enqueue": {
      const [port, queue] = split2(args, args.startsWith('"') ? '":' : args.includes(":") ? ":" : ",", "enqueue");
      return {
        kind: "enqueue",
        port: parsePort(args.startsWith('"') ? `${port}"` : port),
        queue: needNumber(queue, "queue"),
      };
    }
    case "group":
      return { kind: "group", id: needNumber(args, "group") };
    case "mod_vlan_vid":
    case "set_vlan_vid":
      return { kind: "set_vlan_vid", vid: needNumber(args, name, 4096), push: name === "mod_vlan_vid" };
    case "mod_vlan_pcp":
    case "set_vlan_pcp":
      return { kind: "set_vlan_pcp", pcp: needNumber(args, name, 8), push: name === "mod_vlan_pcp" };
    case "push_vlan": {
      const ethType = needNumber(args, name, 65536);
      if (ethType !== 0x8100 && ethType !== 0x88a8)
        throw new FlowSyntaxError("push_vlan: expected 0x8100 or 0x88a8", text);
      return { kind: "push_vlan", ethType };
    }
    case "load": {
      const [value, target] = split2(args, "->", name);
      if (parseInteger(value) === undefined) throw new FlowSyntaxError("load: expected a number", text);
      return { kind: "load", value, target: parseSubfield(target) };
    }
    case "set_field":
      return parseSetField(args, text);
    case "move": {
      const [source, target] = split2(args, "->", name);
      return { kind: "move", source: parseSubfield(source), target: parseSubfield(target) };
    }
    case "push":
      return { kind: "push", source: parseSubfield(args) };
    case "pop":
      return { kind: "pop", target: parseSubfield(args) };
    case "dec_ttl":
      return { kind: "dec_ttl", controllers: splitTop(args).map((c) => needNumber(c, "dec_ttl", 65536)) };
    case "set_mpls_label":
    case "set_mpls_tc":
    case "set_mpls_ttl":
      return {
        kind: "set_mpls",
        what: name === "set_mpls_label" ? "label" : name === "set_mpls_tc" ? "tc" : "ttl",
        value: needNumber(args, name),
      };
    case "push_mpls":
    case "pop_mpls":
      return { kind: name, ethType: needNumber(args, name, 65536) };
    case "set_tunnel":
    case "set_tunnel64":
      if (parseInteger(args) === undefined) throw new FlowSyntaxError(`${name}: expected a number`, text);
      return { kind: "set_tunnel", id: args, wide: name === "set_tunnel64" };
    case "set_queue":
      return { kind: "set_queue", queue: needNumber(args, name) };
    case "fin_timeout": {
      const o = options(args, ["idle_timeout", "hard_timeout"]);
      const a: Action = { kind: "fin_timeout" };
      if (o.idle_timeout !== undefined) a.idle = needNumber(o.idle_timeout, "idle_timeout");
      if (o.hard_timeout !== undefined) a.hard = needNumber(o.hard_timeout, "hard_timeout");
      return a;
    }
    case "resubmit":
      return parseResubmit(args, bracket);
    case "goto_table":
      return { kind: "goto_table", table: needNumber(args, name, 255) };
    case "learn":
      return parseLearn(args);
    case "conjunction": {
      const m = /^(\d+|0x[0-9a-fA-F]+),(\d+)\/(\d+)$/.exec(args.replaceAll(" ", ""));
      if (!m) throw new FlowSyntaxError("conjunction: expected id,k/n", text);
      return { kind: "conjunction", id: Number(m[1]), clause: Number(m[2]), clauses: Number(m[3]) };
    }
    case "note":
      if (!/^[0-9a-fA-F.]*$/.test(args)) throw new FlowSyntaxError("note: expected hex bytes", text);
      return { kind: "note", hex: args };
    case "ct":
      return parseCt(args, depth);
    case "nat":
      return { kind: "nat", nat: parseNat(args) };
    case "clone":
    case "write_actions":
      return { kind: name, actions: parseActions(args, depth + 1) };
    case "write_metadata": {
      const [value, mask] = args.split("/", 2) as [string, string?];
      if (parseInteger(value) === undefined || (mask !== undefined && parseInteger(mask) === undefined))
        throw new FlowSyntaxError("write_metadata: expected value or value/mask", text);
      return mask === undefined ? { kind: "write_metadata", value } : { kind: "write_metadata", value, mask };
    }
    case "meter":
      return { kind: "meter", id: needNumber(args, name) };
    case "check_pkt_larger": {
      const m = /^\((\d+)\)->(.+)$/.exec(args);
      if (!m) throw new FlowSyntaxError("check_pkt_larger: expected (length)->field[bit]", text);
      return { kind: "check_pkt_larger", length: Number(m[1]), target: parseSubfield(m[2] as string) };
    }
    case "delete_field":
      if (!findField(args)) throw new FlowSyntaxError(`unknown field ${args}`, text);
      return { kind: "delete_field", field: args };
  }
  if (name.startsWith("mod_") && MOD.has(name.slice(4))) {
    // The cast is what MOD holds.
    const field = name.slice(4) as (typeof MOD_FIELDS)[number];
    const valid = field.startsWith("dl_")
      ? parseMac(args)
      : field === "nw_src" || field === "nw_dst"
        ? parseIpv4(args)
        : needNumber(args, name, field.startsWith("tp_") ? 65536 : 256);
    if (valid === undefined) throw new FlowSyntaxError(`${name}: bad address`, text);
    return { kind: "mod", field, value: args };
  }
  // The cast is what OPAQUE holds.
  if (OPAQUE.has(name)) return { kind: "opaque", name: name as (typeof OPAQUE_NAMES)[number], arguments: args };
  throw new FlowSyntaxError(`unknown action ${name}`, text);
}

/** `a=1,b=2` with names out of `known`. A word without a value has the value "". */
function options(text: string, known: readonly string[]): Record<string, string | undefined> {
  const out: Record<string, string> = {};
  for (const piece of splitTop(text, true)) {
    const i = piece.indexOf("=");
    const key = i < 0 ? piece : piece.slice(0, i);
    if (!known.includes(key)) throw new FlowSyntaxError(`unknown option ${key}`, text);
    out[key] = i < 0 ? "" : piece.slice(i + 1);
  }
  return out;
}

function parseController(args: string, bracket: boolean): Action {
  if (!bracket) return { kind: "controller", short: true, maxLength: needNumber(args, "controller", 65536) };
  const o = options(args, ["max_len", "reason", "id", "userdata", "pause", "meter_id"]);
  const a: Action = { kind: "controller", short: false };
  if (o.max_len !== undefined) a.maxLength = needNumber(o.max_len, "max_len", 65536);
  if (o.reason !== undefined) a.reason = o.reason;
  if (o.id !== undefined) a.id = needNumber(o.id, "id", 65536);
  if (o.userdata !== undefined) a.userdata = o.userdata;
  if (o.pause !== undefined) a.pause = true;
  if (o.meter_id !== undefined) a.meter = needNumber(o.meter_id, "meter_id");
  return a;
}

function parseSetField(args: string, text: string): Action {
  const [left, name] = split2(args, "->", "set_field");
  const field = findField(name);
  if (!field) throw new FlowSyntaxError(`unknown field ${name}`, text);
  const slash = left.indexOf("/");
  const value = slash < 0 ? left : left.slice(0, slash);
  const mask = slash < 0 ? undefined : left.slice(slash + 1);
  // tun_metadata is as wide as the switch maps it: only the syntax can be checked.
  const ok = field.name.startsWith("tun_metadata") ? parseInteger(value) : parseFieldValue(field, value, mask);
  if (ok === undefined) throw new FlowSyntaxError(`set_field: ${left} is no value of ${field.name}`, text);
  return mask === undefined
    ? { kind: "set_field", value, field: name }
    : { kind: "set_field", value, mask, field: name };
}

function parseResubmit(args: string, bracket: boolean): Action {
  if (!bracket) return { kind: "resubmit", port: parsePort(args), ct: false };
  const [port, table, ct] = args.split(",").map((s) => s.trim());
  if (ct !== undefined && ct !== "ct") throw new FlowSyntaxError("resubmit: expected ct", args);
  const a: Action = { kind: "resubmit", ct: ct === "ct" };
  if (port) a.port = parsePort(port);
  if (table) a.table = needNumber(table, "table", 256);
  return a;
}

function parseCt(args: string, depth: number): CtAction {
  const ct: CtAction = { kind: "ct", commit: false, force: false };
  for (const piece of splitTop(args)) {
    if (piece === "commit") ct.commit = true;
    else if (piece === "force") ct.force = true;
    else if (piece.startsWith("table=")) ct.table = needNumber(piece.slice(6), "table", 255);
    else if (piece.startsWith("zone="))
      ct.zone = piece.endsWith("]") ? parseSubfield(piece.slice(5)) : needNumber(piece.slice(5), "zone", 65536);
    else if (piece.startsWith("alg=")) ct.alg = piece.slice(4);
    else if (piece === "nat") ct.nat = { flags: [] };
    else if (piece.startsWith("nat(") && piece.endsWith(")")) ct.nat = parseNat(piece.slice(4, -1));
    else if (piece.startsWith("exec(") && piece.endsWith(")")) ct.exec = parseActions(piece.slice(5, -1), depth + 1);
    else throw new FlowSyntaxError(`ct: unknown option ${piece}`, args);
  }
  return ct;
}

function parseNat(args: string): Nat {
  const nat: Nat = { flags: [] };
  for (const piece of splitTop(args)) {
    if (piece === "persistent" || piece === "hash" || piece === "random") nat.flags.push(piece);
    else {
      const m = /^(src|dst)(?:=(.+))?$/.exec(piece);
      if (!m) throw new FlowSyntaxError(`nat: unknown option ${piece}`, args);
      nat.kind = m[1] === "src" ? "src" : "dst";
      if (m[2] !== undefined) parseNatRange(m[2], nat);
    }
  }
  return nat;
}

function parseNatRange(text: string, nat: Nat): void {
  const m =
    /^(\[[0-9a-fA-F:.]+\]|[0-9.]+|[0-9a-fA-F:.]+?)(?:-(\[[0-9a-fA-F:.]+\]|[0-9.]+|[0-9a-fA-F:.]+?))?(?::(\d+)(?:-(\d+))?)?$/.exec(
      text,
    );
  const bracketed = text.startsWith("[");
  const plain6 =
    !bracketed && text.split(":").length > 2 ? /^([0-9a-fA-F:.]+)(?:-([0-9a-fA-F:.]+))?$/.exec(text) : null;
  const parts = plain6 ?? m;
  const bare = (s: string | undefined): string | undefined => s?.replace(/^\[|\]$/g, "");
  const min = bare(parts?.[1]);
  const max = bare(parts?.[2]);
  const valid = (s: string): boolean => parseIpv4(s) !== undefined || parseIpv6(s) !== undefined;
  if (min === undefined || !valid(min) || (max !== undefined && !valid(max)))
    throw new FlowSyntaxError("nat: expected an address or a range", text);
  nat.addrMin = min;
  if (max !== undefined) nat.addrMax = max;
  if (!plain6 && parts?.[3] !== undefined) nat.portMin = needNumber(parts[3], "port", 65536);
  if (!plain6 && parts?.[4] !== undefined) nat.portMax = needNumber(parts[4], "port", 65536);
}

function parseLearn(args: string): LearnAction {
  const learn: LearnAction = { kind: "learn", table: 1, flags: [], specs: [] };
  for (const piece of splitTop(args)) {
    const i = piece.indexOf("=");
    const key = i < 0 ? piece : piece.slice(0, i);
    const value = i < 0 ? "" : piece.slice(i + 1);
    switch (key) {
      case "table":
        learn.table = needNumber(value, key, 255);
        break;
      case "idle_timeout":
        learn.idleTimeout = needNumber(value, key, 65536);
        break;
      case "hard_timeout":
        learn.hardTimeout = needNumber(value, key, 65536);
        break;
      case "fin_idle_timeout":
        learn.finIdleTimeout = needNumber(value, key, 65536);
        break;
      case "fin_hard_timeout":
        learn.finHardTimeout = needNumber(value, key, 65536);
        break;
      case "priority":
        learn.priority = needNumber(value, key, 65536);
        break;
      case "cookie":
        if (parseInteger(value) === undefined) throw new FlowSyntaxError("learn: bad cookie", piece);
        learn.cookie = value;
        break;
      case "limit":
        learn.limit = needNumber(value, key);
        break;
      case "result_dst":
        learn.resultTarget = parseSubfield(value);
        break;
      case "send_flow_rem":
      case "delete_learned":
        learn.flags.push(key);
        break;
      default:
        learn.specs.push(parseLearnSpec(piece, key, value, i >= 0));
    }
  }
  return learn;
}

function parseLearnSpec(piece: string, key: string, value: string, hasValue: boolean): LearnSpec {
  if (piece.startsWith("output:")) return { kind: "output", source: parseSubfield(piece.slice(7)) };
  if (piece.startsWith("load:")) {
    const [left, right] = split2(piece.slice(5), "->", "learn load");
    const target = parseSubfield(right);
    if (left.endsWith("]")) return { kind: "load", source: parseSubfield(left), target };
    if (!/^(\d+|0x[0-9a-fA-F]+)$/.test(left)) {
      const field = findField(target.field);
      if (!field || !parseFieldValue(field, left)) throw new FlowSyntaxError("learn: bad value to load", piece);
    }
    return { kind: "load_value", value: left, target };
  }
  if (!hasValue) {
    if (piece.endsWith("]")) return { kind: "match", target: parseSubfield(piece) };
    if (findField(piece)) return { kind: "match", target: { field: piece } };
    throw new FlowSyntaxError("learn: unknown argument", piece);
  }
  const bare = !key.endsWith("]");
  const target = bare ? { field: key } : parseSubfield(key);
  const field = findField(target.field);
  if (!field) throw new FlowSyntaxError(`learn: unknown field ${key}`, piece);
  if (value.endsWith("]")) return { kind: "match", target, source: parseSubfield(value) };
  const ok = bare ? parseFieldValue(field, value) : parseInteger(value);
  if (ok === undefined) throw new FlowSyntaxError(`learn: bad value of ${key}`, piece);
  return { kind: "match_value", target, bare, value };
}
