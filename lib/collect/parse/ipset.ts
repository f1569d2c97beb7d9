/** `ipset save`. */
import type { Ipset } from "../../host/state.ts";
import type { Note } from "../gaps.ts";
import { lines } from "./lines.ts";

/** Options of a member that take no value (ipset lib/ipset_*.c). */
const BARE = new Set(["nomatch"]);
/** Options of a set that take none. */
const BARE_CREATE = new Set(["counters", "comment", "skbinfo", "forceadd", "wildcard"]);
const VALUED = new Set(["timeout", "packets", "bytes", "comment", "skbmark", "skbprio", "skbqueue"]);
const VALUED_CREATE = new Set([
  ...["family", "hashsize", "maxelem", "bucketsize", "initval", "timeout", "netmask", "bitmask", "markmask"],
  ...["range", "size", "probes", "resize", "gc"],
]);

export function parseIpsetSave(text: string, note: Note): Ipset[] {
  const sets = new Map<string, Ipset>();
  for (const { number, text: line } of lines(text, note)) {
    const words = splitQuoted(line);
    const [verb, name, value] = words;
    if (verb === "create" && name !== undefined && value !== undefined) {
      if (sets.has(name)) note(`set ${name} is created twice`, number, line);
      sets.set(
        name,
        create(name, value, words.slice(3), (option) => note(`option ${option} is not known`, number, line)),
      );
    } else if (verb === "add" && name !== undefined && value !== undefined) {
      const set = sets.get(name);
      const unknown = (option: string) => note(`option ${option} is not known`, number, line);
      if (set) set.members.push({ value, options: memberOptions(words.slice(3), unknown) });
      else note(`member of a set that is not created before it: ${name}`, number, line);
    } else note("neither create nor add", number, line);
  }
  return [...sets.values()];
}

function create(name: string, type: string, rest: string[], unknown: (option: string) => void): Ipset {
  const options: Record<string, string> = {};
  for (let i = 0; i < rest.length; i++) {
    const key = rest[i] as string;
    if (BARE_CREATE.has(key)) options[key] = "";
    else if (VALUED_CREATE.has(key) && i + 1 < rest.length) options[key] = rest[++i] as string;
    else unknown(key);
  }
  return { name, type, family: options.family === "inet6" ? "inet6" : "inet", members: [], options };
}

function memberOptions(rest: string[], unknown: (option: string) => void): Record<string, string | true> {
  const options: Record<string, string | true> = {};
  for (let i = 0; i < rest.length; i++) {
    const key = rest[i] as string;
    if (BARE.has(key)) options[key] = true;
    else if (VALUED.has(key) && i + 1 < rest.length) options[key] = rest[++i] as string;
    else unknown(key);
  }
  return options;
}

function splitQuoted(line: string): string[] {
  if (!line.includes('"')) return line.trim().split(/\s+/);
  return (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => (word.startsWith('"') ? word.replaceAll('"', "") : word));
}
