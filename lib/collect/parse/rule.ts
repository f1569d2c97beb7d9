/** `ip -j [-6] rule` (iproute2 ip/iprule.c print_rule). */
import type { PolicyRule } from "../../host/state.ts";
import { parseCidr } from "../../net/address.ts";
import type { Note } from "../gaps.ts";
import { Fields } from "./fields.ts";
import { jsonObjects } from "./json.ts";

/** Keys that we read, or that say nothing about which packets a rule takes. */
const KNOWN = new Set([
  ...["priority", "src", "srclen", "dst", "dstlen", "iif", "oif", "fwmark", "fwmask", "not", "ipproto"],
  ...["sport", "sport_start", "sport_end", "dport", "dport_start", "dport_end", "table", "goto", "nop", "action"],
  // A detached iif or oif names a device that is not there: no packet has it, and the name alone says so.
  ...["suppress_prefixlen", "protocol", "iif_detached", "oif_detached", "unresolved"],
]);

export function parseRules(text: string, family: 4 | 6, note: Note): PolicyRule[] {
  const out: PolicyRule[] = [];
  for (const object of jsonObjects(text, note)) {
    const rule = parseRule(new Fields(object, "rule", note), family);
    if (rule) out.push(rule);
  }
  return out;
}

function parseRule(f: Fields, family: 4 | 6): PolicyRule | undefined {
  const rule: PolicyRule = { family, priority: f.needNumber("priority"), action: "lookup" };
  const unsupported: string[] = [];
  for (const key of Object.keys(f.object)) if (!KNOWN.has(key)) unsupported.push(key);

  const src = prefix(f, "src", "srclen", family);
  if (src !== undefined) rule.src = src;
  const dst = prefix(f, "dst", "dstlen", family);
  if (dst !== undefined) rule.dst = dst;
  const iif = f.text("iif");
  if (iif !== undefined) rule.iif = iif;
  const oif = f.text("oif");
  if (oif !== undefined) rule.oif = oif;
  const mark = f.word("fwmark");
  if (mark !== undefined) {
    const value = Number(mark);
    const mask = Number(f.word("fwmask") ?? 0xffffffff);
    if (Number.isInteger(value) && Number.isInteger(mask)) rule.fwmark = { value, mask };
    else unsupported.push("fwmark");
  }
  if (f.object.not !== undefined) rule.not = true;
  const proto = f.word("ipproto");
  if (proto !== undefined) rule.ipProto = proto;
  const sport = range(f, "sport");
  if (sport) rule.sport = sport;
  const dport = range(f, "dport");
  if (dport) rule.dport = dport;
  const suppress = f.number("suppress_prefixlen");
  if (suppress !== undefined) rule.suppressPrefixLength = suppress;

  const action = f.text("action");
  if (f.object.goto !== undefined) {
    rule.action = "goto";
    const target = f.object.goto;
    if (typeof target === "number") rule.goto = target;
    else unsupported.push("goto");
  } else if (f.object.nop !== undefined) rule.action = "nop";
  else if (action === "unreachable" || action === "blackhole" || action === "prohibit") rule.action = action;
  else if (action !== undefined) unsupported.push(`action ${action}`);
  else {
    const table = f.word("table");
    if (table !== undefined) rule.table = table;
    else if (f.ok && f.object.l3mdev === undefined) f.note("rule without a table or an action");
  }
  if (!f.ok) return undefined;
  if (unsupported.length > 0) rule.unsupported = unsupported;
  return rule;
}

/** `all`, an address with its length beside it, or a CIDR. */
function prefix(f: Fields, key: string, lengthKey: string, family: 4 | 6): string | undefined {
  const text = f.text(key);
  if (text === undefined || text === "all") return undefined;
  const length = f.number(lengthKey) ?? (family === 4 ? 32 : 128);
  const cidr = parseCidr(text.includes("/") ? text : `${text}/${length}`);
  if (cidr?.family === family) return `${cidr.address}/${cidr.prefix}`;
  f.note(`rule: ${key} ${text} is not a prefix`);
  f.ok = false;
  return undefined;
}

function range(f: Fields, key: "sport" | "dport"): { from: number; to: number } | undefined {
  const one = f.number(key);
  if (one !== undefined) return { from: one, to: one };
  const from = f.number(`${key}_start`);
  const to = f.number(`${key}_end`);
  return from !== undefined && to !== undefined ? { from, to } : undefined;
}
