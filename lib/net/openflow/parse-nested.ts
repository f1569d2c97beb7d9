/** Reads the arguments of ct, nat and learn. */
import type { Action, CtAction, LearnAction, LearnSpec, Nat } from "./ast.ts";
import { findField } from "./field.ts";
import { parseSubfield, split2 } from "./parse-operand.ts";
import { FlowSyntaxError, needNumber, splitTop } from "./scan.ts";
import { parseFieldValue, parseInteger, parseIpv4, parseIpv6 } from "./value.ts";

export function parseCt(args: string, readExec: (text: string) => Action[]): CtAction {
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
    else if (piece.startsWith("exec(") && piece.endsWith(")")) ct.exec = readExec(piece.slice(5, -1));
    else throw new FlowSyntaxError(`ct: unknown option ${piece}`, args);
  }
  return ct;
}

export function parseNat(args: string): Nat {
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

export function parseLearn(args: string): LearnAction {
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
