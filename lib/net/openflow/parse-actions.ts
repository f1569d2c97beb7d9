/** Reads action lists as `ovs-ofctl` prints and takes them (lib/ofp-actions.c of Open vSwitch 3.1). */
import { type Action, MOD_FIELDS, OPAQUE_NAMES, PLAIN_WORDS } from "./ast.ts";
import { findField } from "./field.ts";
import { parseCt, parseLearn, parseNat } from "./parse-nested.ts";
import { options, parsePort, parseSubfield, split2 } from "./parse-operand.ts";
import { FlowSyntaxError, needNumber, splitTop } from "./scan.ts";
import { parseFieldValue, parseInteger, parseIpv4, parseMac } from "./value.ts";

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
      return parseCt(args, (exec) => parseActions(exec, depth + 1));
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
