/** `ovs-appctl dpctl/dump-conntrack` (Open vSwitch lib/ct-dpif.c ct_dpif_format_entry). */
import type { ConntrackEntry, ConntrackTuple } from "../../host/state.ts";
import { parseIp } from "../../net/address.ts";
import type { Note } from "../gaps.ts";
import { lines } from "./lines.ts";

const PROTOCOLS: Record<string, number> = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  dccp: 33,
  icmpv6: 58,
  sctp: 132,
  udplite: 136,
};
/** Fields that say nothing about which packets an entry takes. */
const IGNORED = new Set([
  "id",
  "timeout",
  "labels",
  "master",
  "start",
  "stop",
  "helper",
  "orig-counters",
  "reply-counters",
]);

export function parseOvsConntrack(text: string, note: Note): ConntrackEntry[] {
  const out: ConntrackEntry[] = [];
  for (const { number, text: line } of lines(text, note)) {
    const entry = parseEntry(line.trim(), (reason) => note(reason, number, line));
    if (entry) out.push(entry);
  }
  return out;
}

function parseEntry(line: string, note: (reason: string) => void): ConntrackEntry | undefined {
  const [name = "", ...fields] = splitOutside(line);
  const proto = PROTOCOLS[name] ?? (/^\d{1,3}$/.test(name) ? Number(name) : undefined);
  if (proto === undefined) {
    note("no protocol");
    return undefined;
  }
  const entry: ConntrackEntry = {
    proto,
    original: { src: "", dst: "" },
    reply: { src: "", dst: "" },
    zone: 0,
    mark: 0,
    flags: [],
  };
  const seen = new Set<string>();
  for (const field of fields) {
    const equals = field.indexOf("=");
    const key = field.slice(0, equals);
    const value = field.slice(equals + 1);
    seen.add(key);
    if (key === "orig" || key === "reply") {
      const tuple = parseTuple(value);
      if (!tuple) note(`${field} is not understood`);
      else if (key === "orig") entry.original = tuple;
      else entry.reply = tuple;
    } else if (key === "zone" || key === "mark") {
      const number = Number(value);
      if (value !== "" && Number.isInteger(number) && number >= 0) entry[key] = number;
      else note(`${field} is not understood`);
    } else if (key === "protoinfo") {
      // The kernel has one state, the userspace datapath one for each direction.
      const state = /[(,](?:state|state_orig)=([A-Z_0-9]+)/.exec(value)?.[1];
      if (state !== undefined) entry.state = state;
    } else if (key === "status") entry.flags = value === "0" ? [] : value.split("|");
    else if (!IGNORED.has(key)) note(`${field} is not understood`);
  }
  if (entry.original.src !== "" && entry.reply.src !== "") return entry;
  if (!seen.has("orig") || !seen.has("reply")) note("the entry has no two whole tuples");
  return undefined;
}

function parseTuple(text: string): ConntrackTuple | undefined {
  if (!text.startsWith("(") || !text.endsWith(")")) return undefined;
  const fields = new Map(
    text
      .slice(1, -1)
      .split(",")
      .map((part) => part.split("=", 2) as [string, string]),
  );
  const src = fields.get("src");
  const dst = fields.get("dst");
  if (src === undefined || dst === undefined || !parseIp(src) || !parseIp(dst)) return undefined;
  const tuple: ConntrackTuple = { src, dst };
  for (const [key, name] of [
    ["sport", "sport"],
    ["dport", "dport"],
    ["type", "icmpType"],
    ["code", "icmpCode"],
    ["id", "icmpId"],
  ] as const) {
    const value = fields.get(key);
    if (value === undefined) continue;
    if (!/^\d{1,10}$/.test(value)) return undefined;
    tuple[name] = Number(value);
  }
  return tuple;
}

/** Commas outside of parentheses. */
function splitOutside(line: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (c === "(") depth++;
    else if (c === ")") depth--;
    else if (c === "," && depth === 0) {
      out.push(line.slice(start, i));
      start = i + 1;
    }
  }
  out.push(line.slice(start));
  return out;
}
