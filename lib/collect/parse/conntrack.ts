/** `conntrack -L` (libnetfilter_conntrack src/conntrack/snprintf_default.c). */
import type { ConntrackEntry, ConntrackTuple } from "../../host/state.ts";
import { parseIp } from "../../net/address.ts";
import type { Note } from "../gaps.ts";
import { lines } from "./lines.ts";

/** Words that say nothing about which packets an entry takes. */
const IGNORED = new Set([
  ...["use", "packets", "bytes", "secctx", "delta-time", "start", "stop", "timeout", "labels", "helper", "ts"],
  ...["srckey", "dstkey", "vtag-orig", "vtag-reply"],
]);

export function parseConntrack(text: string, note: Note): ConntrackEntry[] {
  const out: ConntrackEntry[] = [];
  for (const { number, text: line } of lines(text, note)) {
    // `-o extended` begins with the family, and the tool's own summary line may have been caught with the entries.
    if (/^conntrack v\S+ \(conntrack-tools\)/.test(line)) continue;
    const entry = parseEntry(line, (reason) => note(reason, number, line));
    if (entry) out.push(entry);
  }
  return out;
}

function parseEntry(line: string, note: (reason: string) => void): ConntrackEntry | undefined {
  const words = line.trim().split(/\s+/);
  if (words[0] === "ipv4" || words[0] === "ipv6") words.splice(0, 2);
  const proto = Number(words[1]);
  if (!Number.isInteger(proto) || proto < 0 || proto > 255) {
    note("no protocol number");
    return undefined;
  }
  const tuples: [Partial<ConntrackTuple>, Partial<ConntrackTuple>] = [{}, {}];
  let at = -1;
  const entry: ConntrackEntry = { proto, original: none(), reply: none(), zone: 0, mark: 0, flags: [] };
  for (const word of words.slice(2)) {
    if (word.startsWith("[") && word.endsWith("]")) {
      entry.flags.push(word.slice(1, -1));
      continue;
    }
    const equals = word.indexOf("=");
    if (equals < 0) {
      if (/^\d+$/.test(word) && entry.timeout === undefined && at < 0) entry.timeout = Number(word);
      else if (/^[A-Z_0-9]+$/.test(word) && entry.state === undefined && at < 0) entry.state = word;
      else note(`${word} is not understood`);
      continue;
    }
    const key = word.slice(0, equals);
    const value = word.slice(equals + 1);
    if (key === "src") at++;
    if (at > 1) {
      note("more than two tuples");
      return undefined;
    }
    if (!assign(entry, tuples[at as 0 | 1], key, value)) note(`${word} is not understood`);
  }
  const [original, reply] = tuples;
  if (!whole(original) || !whole(reply)) {
    note("the entry has no two whole tuples");
    return undefined;
  }
  entry.original = original;
  entry.reply = reply;
  return entry;
}

function none(): ConntrackTuple {
  return { src: "", dst: "" };
}

function whole(tuple: Partial<ConntrackTuple>): tuple is ConntrackTuple {
  return tuple.src !== undefined && tuple.dst !== undefined;
}

/** False when the word is unknown, or its value is not of its kind. */
function assign(
  entry: ConntrackEntry,
  tuple: Partial<ConntrackTuple> | undefined,
  key: string,
  value: string,
): boolean {
  if (key === "src" || key === "dst") {
    if (!tuple || !parseIp(value)) return false;
    tuple[key] = value;
    return true;
  }
  const number = Number(value);
  const numeric = value !== "" && Number.isInteger(number) && number >= 0;
  switch (key) {
    case "sport":
    case "dport":
      if (tuple && numeric) tuple[key] = number;
      return tuple !== undefined && numeric;
    case "type":
      if (tuple && numeric) tuple.icmpType = number;
      return tuple !== undefined && numeric;
    case "code":
      if (tuple && numeric) tuple.icmpCode = number;
      return tuple !== undefined && numeric;
    case "id":
      if (tuple && numeric) tuple.icmpId = number;
      return tuple !== undefined && numeric;
    case "mark":
      if (numeric) entry.mark = number;
      return numeric;
    case "zone":
      if (numeric) entry.zone = number;
      return numeric;
    case "zone-orig":
    case "orig-zone":
      if (numeric) entry.zoneOriginal = number;
      return numeric;
    case "zone-reply":
    case "reply-zone":
      if (numeric) entry.zoneReply = number;
      return numeric;
    default:
      return IGNORED.has(key);
  }
}
