/**
 * The forwarding information base of one namespace: policy rules and tables with longest-prefix lookup. Indexed once for
 * each namespace (WeakMap): a Namespace must not be changed after its first lookup.
 * Mirrors net/core/fib_rules.c, net/ipv4/fib_rules.c, fib_trie.c (fib_table_lookup) and net/ipv6/ip6_fib.c.
 */
import type { Namespace, NamespacePart, PolicyRule, Route } from "../../host/state.ts";
import {
  type IpFamily,
  type IpValue,
  ipOf,
  mask4,
  mask6,
  type Network,
  networkContains,
  networkOf,
  parseCidr,
} from "../../net/address.ts";
import { interfaceSysctl } from "./addresses.ts";
import { protocolNumber } from "./match.ts";

/** What a lookup goes by. Names of devices; absent values are zero in the kernel. */
export interface FibQuery {
  family: IpFamily;
  dst: string;
  src?: string;
  /** `lo` for packets of the namespace itself. */
  iif: string;
  oif?: string;
  mark: number;
  proto?: number;
  sport?: number;
  dport?: number;
}

export interface NextHop {
  dev?: string;
  via?: string;
}

export type FibAnswer =
  | {
      kind: "route";
      route: Route;
      nexthop: NextHop;
      rule: PolicyRule /** More than one next hop was possible. */;
      choices: number;
    }
  /** A rule or route that ends the search. */
  | { kind: "end"; how: "unreachable" | "blackhole" | "prohibit"; route?: Route; rule: PolicyRule }
  | { kind: "none" }
  | { kind: "unknown"; reason: string; rule?: PolicyRule };

interface CompiledRule {
  rule: PolicyRule;
  src?: Network;
  dst?: Network;
  proto?: number;
}

interface Table {
  /** Prefix lengths that occur, longest first. */
  lengths: number[];
  /** By length: network → routes, lowest metric first. */
  routes: Map<number, Map<number | bigint, Route[]>>;
}

interface Fib {
  rules: CompiledRule[];
  tables: Map<string, Table>;
  /** Rules beside the three of every namespace (fib4_has_custom_rules). */
  customRules: boolean;
}

const fibs = new WeakMap<Namespace, { 4?: Fib; 6?: Fib }>();

function fibOf(ns: Namespace, family: IpFamily): Fib {
  let both = fibs.get(ns);
  if (!both) {
    both = {};
    fibs.set(ns, both);
  }
  both[family] ??= buildFib(ns, family);
  return both[family];
}

const DEFAULTS: [number, string][] = [
  [0, "local"],
  [32766, "main"],
  [32767, "default"],
];

function buildFib(ns: Namespace, family: IpFamily): Fib {
  let rules = ns.rules.filter((r) => r.family === family);
  // A namespace whose rules were not recorded has the kernel's own.
  if (rules.length === 0) {
    rules = DEFAULTS.map(([priority, table]) => ({ family, priority, action: "lookup", table }));
  }
  const customRules = rules.some(
    (r) => !DEFAULTS.some(([p, t]) => r.priority === p && r.table === t && r.action === "lookup"),
  );
  const fib: Fib = { rules: rules.map(compileRule), tables: new Map(), customRules };
  // Equal priorities keep the order in which they are printed.
  fib.rules.sort((a, b) => a.rule.priority - b.rule.priority);
  for (const r of ns.routes) if (r.family === family) addRoute(fib, r);
  for (const t of fib.tables.values()) {
    t.lengths.sort((a, b) => b - a);
    for (const m of t.routes.values()) for (const list of m.values()) list.sort((a, b) => a.metric - b.metric);
  }
  return fib;
}

function compileRule(rule: PolicyRule): CompiledRule {
  const net = (text: string | undefined) => {
    const cidr = text === undefined ? undefined : parseCidr(text);
    return cidr && networkOf(cidr);
  };
  return {
    rule,
    src: net(rule.src),
    dst: net(rule.dst),
    proto: rule.ipProto === undefined ? undefined : protocolNumber(rule.ipProto),
  };
}

function addRoute(fib: Fib, route: Route): void {
  const cidr = parseCidr(route.dst);
  if (!cidr) return;
  const net = networkOf(cidr);
  let table = fib.tables.get(route.table);
  if (!table) {
    table = { lengths: [], routes: new Map() };
    fib.tables.set(route.table, table);
  }
  let byBase = table.routes.get(net.prefix);
  if (!byBase) {
    byBase = new Map();
    table.routes.set(net.prefix, byBase);
    table.lengths.push(net.prefix);
  }
  const list = byBase.get(net.base);
  if (list) list.push(route);
  else byBase.set(net.base, [route]);
}

export function hasCustomRules(ns: Namespace, family: IpFamily): boolean {
  return fibOf(ns, family).customRules;
}

const UNREAD: Record<IpFamily, readonly NamespacePart[]> = { 4: ["routes", "rules"], 6: ["routes6", "rules6"] };

/** fib_rules_lookup: rules by priority until one gives an end. */
export function fibLookup(ns: Namespace, q: FibQuery): FibAnswer {
  // A longer prefix or an earlier rule may be what is missing.
  const missing = ns.unread?.find((part) => UNREAD[q.family].includes(part));
  if (missing)
    return { kind: "unknown", reason: `the ${missing.replace("6", "")} of ${ns.name} could not all be read` };
  const fib = fibOf(ns, q.family);
  const dst = ipOf(q.dst);
  if (!dst || dst.family !== q.family) return { kind: "none" };
  const src = q.src === undefined ? undefined : ipOf(q.src);
  for (let i = 0; i < fib.rules.length; i++) {
    const compiled = fib.rules[i];
    if (!compiled) break;
    const { rule } = compiled;
    if (!selects(compiled, q, dst, src)) continue;
    if (rule.unsupported && rule.unsupported.length > 0) {
      return { kind: "unknown", reason: `a routing rule uses ${rule.unsupported.join(", ")}`, rule };
    }
    switch (rule.action) {
      case "nop":
        break;
      case "goto": {
        // Targets have higher priorities only, so this ends.
        const at = fib.rules.findIndex((r) => r.rule.priority >= (rule.goto ?? 0));
        if (rule.goto !== undefined && at > i && fib.rules[at]?.rule.priority === rule.goto) i = at - 1;
        break;
      }
      case "unreachable":
      case "blackhole":
      case "prohibit":
        return { kind: "end", how: rule.action, rule };
      case "lookup": {
        const answer = tableLookup(ns, fib.tables.get(rule.table ?? "main"), q, dst, rule);
        if (answer && !isSuppressed(answer, rule)) return answer;
      }
    }
  }
  return { kind: "none" };
}

function isSuppressed(a: FibAnswer, rule: PolicyRule): boolean {
  if (a.kind !== "route" || rule.suppressPrefixLength === undefined) return false;
  return Number(a.route.dst.slice(a.route.dst.indexOf("/") + 1)) <= rule.suppressPrefixLength;
}

function selects(c: CompiledRule, q: FibQuery, dst: IpValue, src: IpValue | undefined): boolean {
  const { rule } = c;
  const hit =
    (rule.iif === undefined || rule.iif === q.iif) &&
    (rule.oif === undefined || rule.oif === q.oif) &&
    (!rule.fwmark || ((rule.fwmark.value ^ q.mark) & rule.fwmark.mask) === 0) &&
    (!c.dst || networkContains(c.dst, dst)) &&
    (!c.src || c.src.prefix === 0 || (src !== undefined && networkContains(c.src, src))) &&
    (rule.ipProto === undefined || c.proto === q.proto) &&
    within(rule.sport, q.sport) &&
    within(rule.dport, q.dport);
  return hit !== (rule.not === true);
}

function within(range: { from: number; to: number } | undefined, port: number | undefined): boolean {
  return !range || (port !== undefined && port >= range.from && port <= range.to);
}

/** Undefined: nothing here, or a throw route: the next rule is asked. */
function tableLookup(
  ns: Namespace,
  table: Table | undefined,
  q: FibQuery,
  dst: IpValue,
  rule: PolicyRule,
): FibAnswer | undefined {
  if (!table) return undefined;
  for (const length of table.lengths) {
    const base = dst.family === 4 ? (dst.value & mask4(length)) >>> 0 : dst.value & mask6(length);
    for (const route of table.routes.get(length)?.get(base) ?? []) {
      if (route.src !== undefined && !fromMatches(route.src, q.src)) continue;
      switch (route.type) {
        case "throw":
          return undefined;
        case "unreachable":
        case "blackhole":
        case "prohibit":
          return { kind: "end", how: route.type, route, rule };
        case "unicast":
        case "local":
        case "broadcast":
        case "multicast":
        case "anycast":
        case "nat": {
          const usable = nexthopsOf(ns, route, q);
          const [first] = usable;
          if (first) return { kind: "route", route, nexthop: first, rule, choices: usable.length };
        }
      }
    }
  }
  return undefined;
}

function fromMatches(cidr: string, src: string | undefined): boolean {
  const c = parseCidr(cidr);
  const ip = src === undefined ? undefined : ipOf(src);
  return c !== undefined && (c.prefix === 0 || (ip !== undefined && networkContains(networkOf(c), ip)));
}

/** Next hops that are alive and leave by the demanded device. */
function nexthopsOf(ns: Namespace, route: Route, q: FibQuery): NextHop[] {
  const hops = route.nexthops ?? [{ dev: route.dev, via: route.via, flags: route.flags }];
  return hops.filter((h) => {
    const flags = [...h.flags, ...route.flags];
    if (flags.includes("dead")) return false;
    if (flags.includes("linkdown") && h.dev && ignoresLinkdown(ns, q.family, h.dev)) return false;
    if (q.oif !== undefined && h.dev !== q.oif) return false;
    // Link-local destinations belong to one link (rt6_need_strict).
    if (q.family === 6 && route.type === "unicast" && /^(fe[89ab]|ff.[12])/.test(q.dst)) {
      const strict = q.oif ?? (q.iif === "lo" ? undefined : q.iif);
      return strict === undefined || h.dev === strict;
    }
    return true;
  });
}

function ignoresLinkdown(ns: Namespace, family: IpFamily, dev: string): boolean {
  return (interfaceSysctl(ns, family, dev, "ignore_routes_with_linkdown") ?? 0) > 0;
}

/** A route as `ip route` prints it. */
export function formatRoute(r: Route): string {
  const words: string[] = [];
  if (r.type !== "unicast") words.push(r.type);
  words.push(
    r.dst === "0.0.0.0/0" || r.dst === "::/0" ? "default" : r.dst.replace(r.family === 4 ? /\/32$/ : /\/128$/, ""),
  );
  if (r.src) words.push("from", r.src);
  if (r.via) words.push("via", r.via);
  if (r.dev) words.push("dev", r.dev);
  if (r.table !== "main") words.push("table", r.table);
  if (r.protocol) words.push("proto", r.protocol);
  if (r.scope && r.scope !== "global") words.push("scope", r.scope);
  if (r.prefSrc) words.push("src", r.prefSrc);
  if (r.metric) words.push("metric", String(r.metric));
  words.push(...r.flags);
  for (const h of r.nexthops ?? []) {
    words.push("nexthop");
    if (h.via) words.push("via", h.via);
    if (h.dev) words.push("dev", h.dev);
    words.push("weight", String(h.weight), ...h.flags);
  }
  return words.join(" ");
}

/** A rule as `ip rule` prints it. */
export function formatRule(r: PolicyRule): string {
  const words = [`${r.priority}:`];
  if (r.not) words.push("not");
  words.push("from", r.src ?? "all");
  if (r.dst) words.push("to", r.dst);
  if (r.fwmark) {
    const mask = r.fwmark.mask === 0xffffffff ? "" : `/0x${r.fwmark.mask.toString(16)}`;
    words.push("fwmark", `0x${r.fwmark.value.toString(16)}${mask}`);
  }
  if (r.iif) words.push("iif", r.iif);
  if (r.oif) words.push("oif", r.oif);
  if (r.ipProto) words.push("ipproto", r.ipProto);
  if (r.sport) words.push("sport", `${r.sport.from}-${r.sport.to}`);
  if (r.dport) words.push("dport", `${r.dport.from}-${r.dport.to}`);
  if (r.unsupported) words.push(...r.unsupported);
  if (r.action === "lookup") words.push("lookup", r.table ?? "main");
  else if (r.action === "goto") words.push("goto", String(r.goto ?? 0));
  else words.push(r.action);
  if (r.suppressPrefixLength !== undefined) words.push("suppress_prefixlength", String(r.suppressPrefixLength));
  return words.join(" ");
}
