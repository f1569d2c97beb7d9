/** `ip route`, `ip rule`, `ip neighbour` that only ask (iproute2 ip/iproute.c, iprule.c, ipneigh.c). */
import { hasCustomRules } from "../../datapath/kernel/fib.ts";
import { routeOutput } from "../../datapath/kernel/routing.ts";
import { CommandError } from "../../host/command/command.ts";
import type { Namespace, Neighbour, Route } from "../../host/state.ts";
import { policyRuleText } from "../../hostgraph/panel/text.ts";
import { canonicalIp, cidrContains, parseIpv4 } from "../../net/address.ts";
import { type Answer, lines } from "../answer.ts";

const TABLES: Readonly<Record<string, number>> = { local: 255, main: 254, default: 253 };
const numberOf = (table: string) => TABLES[table] ?? Number(table);
const nameOfTable = (table: string) => Object.entries(TABLES).find(([, n]) => String(n) === table)?.[0] ?? table;

interface RouteFilter {
  table: string;
  dev?: string;
  dst?: string;
  via?: string;
  proto?: string;
  scope?: string;
  type?: string;
}

function readFilter(words: readonly string[]): RouteFilter {
  const out: RouteFilter = { table: "main" };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const value = () => {
      const next = words[++i];
      if (next === undefined) throw new CommandError('Command line is not complete. Try option "help"', 255);
      return next;
    };
    if (word === "table") out.table = nameOfTable(value());
    else if (word === "dev" || word === "oif") out.dev = value();
    else if (word === "via" || word === "scope" || word === "type") out[word] = value();
    else if (word === "proto" || word === "protocol") out.proto = value();
    else if (word === "to" || word === "root" || word === "match" || word === "exact") continue;
    else if (word === "default") out.dst = "default";
    else out.dst = word.includes("/") || word === "default" ? word : `${word}/${word.includes(":") ? 128 : 32}`;
  }
  return out;
}

const isDefault = (dst: string) => dst === "0.0.0.0/0" || dst === "::/0" || dst === "default";

export function showRoutes(ns: Namespace, family: 4 | 6, words: readonly string[]): Answer {
  const wanted = readFilter(words);
  if (wanted.dev !== undefined && !ns.links.some((link) => link.name === wanted.dev))
    throw new CommandError(`Cannot find device "${wanted.dev}"`, 1);
  const all = wanted.table === "all";
  if (!all && !Number.isInteger(numberOf(wanted.table)))
    throw new CommandError(`Error: argument "${wanted.table}" is wrong: table id value is invalid`, 255);
  const families = all && family === 4 ? ([4, 6] as const) : ([family] as const);
  const own = ns.routes.filter((route) => families.some((one) => one === route.family));
  if (
    !all &&
    wanted.table !== "main" &&
    !own.some((route) => route.table === wanted.table) &&
    !ns.rules.some((r) => r.family === family && r.table === wanted.table)
  )
    return lines([`Error: ipv${family}: FIB table does not exist.`, "Dump terminated"], 2);
  const found = own.filter((route) => takes(wanted, route, all));
  return lines(sorted(found).map((route) => routeLine(route, all, wanted)));
}

function takes(wanted: RouteFilter, route: Route, all: boolean): boolean {
  if (!all && route.table !== wanted.table) return false;
  if (wanted.dev !== undefined && route.dev !== wanted.dev && !route.nexthops?.some((hop) => hop.dev === wanted.dev))
    return false;
  if (wanted.via !== undefined && route.via !== wanted.via) return false;
  if (wanted.proto !== undefined && route.protocol !== wanted.proto) return false;
  if (wanted.type !== undefined && route.type !== wanted.type) return false;
  if (wanted.scope !== undefined && (route.scope ?? "global") !== wanted.scope) return false;
  if (wanted.dst === undefined) return true;
  return wanted.dst === "default" ? isDefault(route.dst) : whole(route.dst) === wanted.dst;
}

const whole = (dst: string) => (dst.includes("/") ? dst : `${dst}/${dst.includes(":") ? 128 : 32}`);

/** As the kernel's tries are walked: by table (net/ipv4/fib_frontend.c, 256 buckets), address, longest prefix first. */
function sorted(routes: readonly Route[]): Route[] {
  const place = (route: Route): number[] => {
    const [address = "", prefix = "32"] = whole(
      isDefault(route.dst) && route.family === 4 ? "0.0.0.0/0" : route.dst,
    ).split("/");
    const v4 = route.family === 4;
    return [
      route.family,
      numberOf(route.table) & 255,
      v4 ? (parseIpv4(address) ?? 0) : 0,
      v4 ? -Number(prefix) : 0,
      v4 ? route.metric : 0,
    ];
  };
  return routes
    .map((route, i) => ({ route, place: [...place(route), i] }))
    .sort((a, b) => {
      for (const [i, n] of a.place.entries()) if (n !== b.place[i]) return n - (b.place[i] ?? 0);
      return 0;
    })
    .map(({ route }) => route);
}

/** @param asked what was asked for is not said again */
function routeLine(route: Route, withTable: boolean, asked: Partial<RouteFilter>): string {
  const dst = isDefault(route.dst) ? "default" : route.dst.replace(/\/(32|128)$/, "");
  const words = [route.type === "unicast" ? dst : `${route.type} ${dst}`];
  if (route.src !== undefined) words.push(`from ${route.src}`);
  if (route.via !== undefined && route.via !== asked.via)
    words.push(`via ${route.via.includes(":") && route.family === 4 ? `inet6 ${route.via}` : route.via}`);
  if (route.dev !== undefined && route.dev !== asked.dev) words.push(`dev ${route.dev}`);
  if (withTable && route.table !== "main") words.push(`table ${nameOfTable(route.table)}`);
  if (route.protocol !== undefined && route.protocol !== "boot" && route.protocol !== asked.proto)
    words.push(`proto ${route.protocol}`);
  if (route.scope !== undefined && route.scope !== "global" && route.family === 4 && route.scope !== asked.scope)
    words.push(`scope ${route.scope}`);
  if (route.prefSrc !== undefined) words.push(`src ${route.prefSrc}`);
  if (route.metric > 0 || route.family === 6) words.push(`metric ${route.metric}`);
  if (route.mtu !== undefined) words.push(`mtu ${route.mtu}`);
  const hops = (route.nexthops ?? []).map(
    (hop) =>
      `\n\tnexthop${hop.via === undefined ? "" : ` via ${hop.via}`}${hop.dev === undefined ? "" : ` dev ${hop.dev}`} weight ${hop.weight} ${hop.flags.map((f) => `${f} `).join("")}`,
  );
  const flags = route.flags.filter((flag) => flag !== "onlink");
  words.push(...flags, ...(route.onlink ? ["onlink"] : []));
  const text = words.join(" ");
  if (hops.length > 0) return `${text} ${hops.join("")}`;
  return route.family === 6 ? `${text} pref medium` : `${text} `;
}

/** What the kernel tells of routes that lead nowhere (fib_props); of a blackhole, nothing that an ICMP error would say. */
const REFUSALS = {
  "net-unreachable": "Network is unreachable",
  "host-unreachable": "No route to host",
  "admin-prohibited": "Permission denied",
  silence: "Invalid argument",
} as const;

/** `ip route get ADDRESS [from ADDRESS] [mark MARK]`. */
export function getRoute(ns: Namespace, words: readonly string[]): Answer {
  const rest = words[0] === "to" ? words.slice(1) : words;
  if (rest[0] === undefined) throw new CommandError("need at least a destination address", 1);
  const dst = canonicalIp(rest[0]);
  if (dst === undefined) throw new CommandError(`Error: any valid prefix is expected rather than "${rest[0]}".`, 1);
  const query: { dst: string; src?: string; mark?: number } = { dst };
  for (let i = 1; i < rest.length; i += 2) {
    const value = rest[i + 1] ?? "";
    if (rest[i] === "from") query.src = canonicalIp(value) ?? "";
    else if (rest[i] === "mark") query.mark = Number(value);
    else throw new CommandError(`ip route get: "${rest[i]}" is not supported here; from and mark are`, 255);
  }
  const route = routeOutput(ns, query);
  const about = `${dst}${query.src === undefined ? "" : ` from ${query.src}`}`;
  const src = query.src === undefined && "src" in route ? ` src ${route.src}` : "";
  switch (route.kind) {
    case "unicast":
      return lines([
        `${about}${route.nexthop === dst ? "" : ` via ${route.nexthop}`} dev ${route.dev}${src} uid 0 `,
        "    cache ",
      ]);
    case "local": {
      // The kernel keeps both tables in one until somebody adds a rule (fib_unmerge).
      const table = dst.includes(":") || hasCustomRules(ns, 4) ? " table local" : "";
      return lines([`local ${about} dev lo${table}${src} uid 0 `, "    cache <local> "]);
    }
    case "drop":
      return lines([`RTNETLINK answers: ${REFUSALS[route.error ?? "silence"]}`], 2);
    default:
      return lines([`ip route get: the state of this host does not tell (${route.kind})`], 2);
  }
}

export function showRules(ns: Namespace, family: 4 | 6, words: readonly string[]): Answer {
  const at = words.findIndex((word) => word === "table" || word === "lookup");
  const table = at < 0 ? undefined : nameOfTable(words[at + 1] ?? "");
  const pref = words.findIndex((word) => /^(pref|preference|prio|priority|order)$/.test(word));
  const from = words.indexOf("from");
  const rules = ns.rules
    .filter((rule) => rule.family === family && (table === undefined || rule.table === table))
    .filter((rule) => pref < 0 || rule.priority === Number(words[pref + 1]))
    .filter((rule) => from < 0 || rule.src === whole(words[from + 1] ?? ""))
    .sort((a, b) => a.priority - b.priority);
  return lines(
    rules.map((rule) =>
      policyRuleText(rule)
        .replace(/^(\d+:) /, "$1\t")
        .replace(/\/(32|128)(?= )/g, ""),
    ),
  );
}

export function showNeighbours(ns: Namespace, family: 4 | 6 | undefined, words: readonly string[]): Answer {
  const dev = words[words.indexOf("dev") + 1];
  const device = words.includes("dev") ? dev : undefined;
  if (device !== undefined && !ns.links.some((link) => link.name === device))
    throw new CommandError(`Cannot find device "${device}"`, 1);
  const of = (address: string) => family === undefined || (family === 6) === address.includes(":");
  const on = (one: string) => device === undefined || device === one;
  if (words.includes("proxy"))
    return lines(
      ns.proxies
        .filter((one) => of(one.address) && on(one.dev))
        .map((one) => `${one.address} ${device === undefined ? `dev ${one.dev} ` : ""}proxy `),
    );
  const state = words.includes("nud") ? words[words.indexOf("nud") + 1]?.toUpperCase() : undefined;
  const to = words.map((word) => canonicalIp(word)).find((ip) => ip !== undefined);
  const takesState = (n: Neighbour) =>
    state === "ALL" ||
    (state === undefined ? !n.state.includes("NOARP") && n.state.length > 0 : n.state.includes(state));
  const found = ns.neighbours.filter((n) => of(n.address) && on(n.dev) && takesState(n));
  const inside = found.filter(
    (n) => to === undefined || cidrContains(`${to}/${to.includes(":") ? 128 : 32}`, n.address),
  );
  return lines(
    inside.map(
      (n) =>
        `${n.address} ${device === undefined ? `dev ${n.dev} ` : ""}${n.mac === undefined ? "" : `lladdr ${n.mac} `}${n.state.join(" ")} `,
    ),
  );
}
