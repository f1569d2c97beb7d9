/**
 * The scanner of flow lines. A dump of 200,000 flows is a common size, so it works on positions, and every field and action
 * list that occurs twice is one object.
 */
import type { Action, Flow, Match, MatchField } from "./ast.ts";
import { findField, PROTOCOL_WORDS } from "./field.ts";
import { parseActions } from "./parse-actions.ts";
import { parsePort } from "./parse-operand.ts";
import { FlowSyntaxError, needNumber } from "./scan.ts";
import { parseFieldValue } from "./value.ts";

const DEFAULT_PRIORITY = 32768;
const FLAGS = new Set([
  "send_flow_rem",
  "check_overlap",
  "reset_counts",
  "no_packet_counts",
  "no_byte_counts",
  "out_port=ANY",
  "permanent",
]);
export const HEADER = /^(OFPST_FLOW|NXST_FLOW|OFPST_AGGREGATE|OFPST_GROUP|OFPST_GROUP_DESC) reply|^\s*$|^#/;

/** What repeats within a dump: field text → field, action text → actions. Bounded, for what comes once only fills it. */
interface Cache {
  fields: Map<string, MatchField>;
  actions: Map<string, Action[]>;
  single: Map<string, Action>;
  cookie: string;
  /** Fields of the flow at hand. */
  scratch: MatchField[];
}

const CACHE_LIMIT = 10_000;
/** Most flows have no flags: they share this list. */
const NO_FLAGS: string[] = [];

/** Placeholders until the scanner has read the line. */
const NO_MATCH: Match = { fields: [] };
const NO_ACTIONS: Action[] = [];

export function newCache(): Cache {
  return { fields: new Map(), actions: new Map(), single: new Map(), cookie: "0x0", scratch: [] };
}

const CODE_COMMA = 44;
const CODE_EQUALS = 61;

export function parseLine(text: string, start: number, end: number, cache: Cache): Flow | undefined {
  while (start < end && text.charCodeAt(start) <= 32) start++;
  while (end > start && text.charCodeAt(end - 1) <= 32) end--;
  if (start === end) return undefined;
  const at = text.indexOf("actions=", start);
  if (at < 0 || at >= end) {
    const whole = text.slice(start, Math.min(end, start + 200));
    if (HEADER.test(whole)) return undefined;
    throw new FlowSyntaxError("expected actions=", whole);
  }
  const flow: Flow = {
    table: 0,
    priority: DEFAULT_PRIORITY,
    cookie: "0x0",
    packets: 0,
    bytes: 0,
    duration: 0,
    idleTimeout: 0,
    hardTimeout: 0,
    flags: NO_FLAGS,
    match: NO_MATCH,
    actions: NO_ACTIONS,
  };
  scanHead(text, start, at, flow, cache);
  // A copy has no room to spare, which an array that grew has.
  flow.match = { fields: cache.scratch.slice() };
  const actions = text.slice(at + 8, end);
  let list = cache.actions.get(actions);
  if (!list) {
    list = parseActions(actions, 0, cache.single);
    if (cache.actions.size < CACHE_LIMIT) cache.actions.set(actions, list);
  }
  flow.actions = list;
  return flow;
}

/** Cuts `name=value` pieces at commas and blanks outside of brackets and quotes, and files them into the flow. */
function scanHead(text: string, start: number, end: number, flow: Flow, cache: Cache): void {
  let pos = scanCounters(text, start, end, flow, cache);
  const fields = cache.scratch;
  fields.length = 0;
  while (pos < end) {
    const c = text.charCodeAt(pos);
    if (c === CODE_COMMA || c <= 32) {
      pos++;
      continue;
    }
    let equals = -1;
    let i = pos;
    for (; i < end; i++) {
      const d = text.charCodeAt(i);
      if (d === CODE_COMMA || d <= 32) break;
      if (d === CODE_EQUALS && equals < 0) equals = i;
      else if (d === 34 || d === 40) {
        const close = text.indexOf(d === 34 ? '"' : ")", i + 1);
        if (close < 0 || close >= end)
          throw new FlowSyntaxError(
            d === 34 ? "a quote does not close" : "a bracket does not close",
            text.slice(pos, end),
          );
        i = close;
      }
    }
    if (!(equals > 0 && fields.length === 0 && scanMeta(text, pos, equals, i, flow, cache))) {
      const piece = text.slice(pos, i);
      if (FLAGS.has(piece)) flow.flags = [...flow.flags, piece];
      else if (piece.startsWith("priority=")) flow.priority = needNumber(piece.slice(9), "priority", 65536);
      else if (equals < 0 || !scanMeta(text, pos, equals, i, flow, cache)) {
        let field = cache.fields.get(piece);
        if (!field) {
          field = parseMatchField(piece);
          if (cache.fields.size < CACHE_LIMIT) cache.fields.set(piece, field);
        }
        fields.push(field);
      }
    }
    pos = i;
  }
}

const COUNTERS = ["duration=", "table=", "n_packets=", "n_bytes="] as const;

/**
 * The part that every line of a dump begins with, cookie to n_bytes, in its usual order: returns where it ends, or `start`
 * when the line begins otherwise.
 */
function scanCounters(text: string, start: number, end: number, flow: Flow, cache: Cache): number {
  if (!text.startsWith("cookie=", start)) return start;
  let pos = text.indexOf(",", start + 7);
  if (pos < 0 || pos >= end) return start;
  if (!text.startsWith(cache.cookie, start + 7) || pos - start - 7 !== cache.cookie.length) {
    const cookie = text.slice(start + 7, pos);
    if (!isHex(cookie)) throw new FlowSyntaxError("bad cookie", cookie);
    cache.cookie = cookie;
  }
  flow.cookie = cache.cookie;
  for (const name of COUNTERS) {
    if (text.charCodeAt(pos) !== CODE_COMMA || !text.startsWith(name, pos + 2)) return pos;
    const from = pos + 2 + name.length;
    let n = 0;
    let scale = 0;
    let i = from;
    for (; i < end; i++) {
      const d = text.charCodeAt(i) - 48;
      if (d >= 0 && d <= 9) {
        n = n * 10 + d;
        scale *= 10;
      } else if (d === -2 && scale === 0) scale = 1;
      else break;
    }
    if (i === from) return pos;
    if (name === "duration=") {
      if (text.charCodeAt(i) !== 115) return pos;
      i++;
    } else if (scale > 0 || (name === "table=" && n > 254)) return pos;
    // Anything else after the number is for the careful reader to refuse.
    if (text.charCodeAt(i) !== CODE_COMMA) return pos;
    const value = scale > 1 ? n / scale : n;
    if (name === "duration=") flow.duration = value;
    else if (name === "table=") flow.table = value;
    else if (name === "n_packets=") flow.packets = value;
    else flow.bytes = value;
    pos = i;
  }
  return pos;
}

/** Takes `cookie=…`, `duration=…`, … into the flow; false when the piece is not one of these. */
function scanMeta(text: string, start: number, equals: number, end: number, flow: Flow, cache: Cache): boolean {
  const length = equals - start;
  switch (text.charCodeAt(start)) {
    case 99: // c
      if (length !== 6 || !text.startsWith("cookie", start)) return false;
      if (cache.cookie.length === end - equals - 1 && text.startsWith(cache.cookie, equals + 1))
        flow.cookie = cache.cookie;
      else {
        flow.cookie = text.slice(equals + 1, end);
        if (!isHex(flow.cookie)) throw new FlowSyntaxError("bad cookie", flow.cookie);
        cache.cookie = flow.cookie;
      }
      return true;
    case 100: // d
      if (length !== 8 || !text.startsWith("duration", start)) return false;
      flow.duration = decimal(text, equals + 1, text.charCodeAt(end - 1) === 115 ? end - 1 : end);
      return true;
    case 116: // t
      if (length !== 5 || !text.startsWith("table", start)) return false;
      flow.table = decimal(text, equals + 1, end);
      if (flow.table > 254) throw new FlowSyntaxError("bad table", text.slice(start, end));
      return true;
    case 110: // n
      if (length === 9 && text.startsWith("n_packets", start)) flow.packets = decimal(text, equals + 1, end);
      else if (length === 7 && text.startsWith("n_bytes", start)) flow.bytes = decimal(text, equals + 1, end);
      else return false;
      return true;
    case 112: // p
      if (length !== 8 || !text.startsWith("priority", start)) return false;
      flow.priority = decimal(text, equals + 1, end);
      if (flow.priority > 65535) throw new FlowSyntaxError("bad priority", text.slice(start, end));
      return true;
    case 105: // i
      if (length === 12 && text.startsWith("idle_timeout", start)) flow.idleTimeout = decimal(text, equals + 1, end);
      else if (length === 8 && text.startsWith("idle_age", start)) flow.idleAge = decimal(text, equals + 1, end);
      else if (length === 10 && text.startsWith("importance", start)) flow.importance = decimal(text, equals + 1, end);
      else return false;
      return true;
    case 104: // h
      if (length === 12 && text.startsWith("hard_timeout", start)) flow.hardTimeout = decimal(text, equals + 1, end);
      else if (length === 8 && text.startsWith("hard_age", start)) flow.hardAge = decimal(text, equals + 1, end);
      else return false;
      return true;
    default:
      return false;
  }
}

function isHex(text: string): boolean {
  return /^0x[0-9a-fA-F]{1,16}$/.test(text) || /^\d{1,20}$/.test(text);
}

/** A number with at most one point, without making a string of it. */
function decimal(text: string, start: number, end: number): number {
  let n = 0;
  let scale = 0;
  for (let i = start; i < end; i++) {
    const d = text.charCodeAt(i) - 48;
    if (d === -2 && scale === 0) scale = 1;
    else if (d >= 0 && d <= 9) {
      n = n * 10 + d;
      scale *= 10;
    } else return fallback(text.slice(start, end));
  }
  if (start === end) throw new FlowSyntaxError("expected a number", text.slice(Math.max(0, start - 12), end));
  return scale > 1 ? n / scale : n;
}

function fallback(text: string): number {
  if (!/^0x[0-9a-fA-F]+$/.test(text)) throw new FlowSyntaxError("expected a number", text);
  return Number(text);
}

export function parseMatchField(piece: string): MatchField {
  const equals = piece.indexOf("=");
  if (equals < 0) {
    if (!(piece in PROTOCOL_WORDS)) throw new FlowSyntaxError(`unknown match ${piece}`, piece);
    return { name: piece, value: "" };
  }
  const name = piece.slice(0, equals);
  const field = findField(name);
  if (!field) throw new FlowSyntaxError(`unknown field ${name}`, piece);
  const text = piece.slice(equals + 1);
  if (field.format === "port") {
    const port = parsePort(text);
    return { name, value: String(port) };
  }
  const slash = text.indexOf("/");
  const value = slash < 0 ? text : text.slice(0, slash);
  const mask = slash < 0 ? undefined : text.slice(slash + 1);
  if (mask !== undefined && !field.maskable) {
    const read = parseFieldValue(field, value, mask);
    if (!read || read.mask.some((w) => w !== 0 && w !== 0xffffffff && w !== 2 ** (field.bits % 32) - 1))
      throw new FlowSyntaxError(`${name} cannot be masked`, piece);
  }
  if (!field.name.startsWith("tun_metadata") && !parseFieldValue(field, value, mask))
    throw new FlowSyntaxError(`${text} is no value of ${name}`, piece);
  return mask === undefined ? { name, value } : { name, value, mask };
}
