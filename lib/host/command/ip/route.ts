/** `ip route add|append|replace|change|delete|flush` (iproute2 ip/iproute.c). */
import type { Route } from "../../state.ts";
import { CommandError } from "../command.ts";
import type { RouteCommand, RouteFlush } from "./command.ts";
import { abbreviated, type Cursor, garbage, unread } from "./cursor.ts";
import { pair } from "./device.ts";

const ACTIONS = {
  add: "route-add",
  append: "route-append",
  replace: "route-replace",
  change: "route-change",
  delete: "route-del",
} as const satisfies Record<string, RouteCommand["action"]>;

/** Words of iproute2 that are not read. */
const UNREAD: ReadonlySet<string> = new Set(
  `tos dsfield realms realm window rtt rttvar advmss cwnd initcwnd initrwnd hoplimit encap
  pref nhid expires ssthresh reordering quickack congctl features fastopen_no_cookie`.split(/\s+/),
);

const TYPES: readonly Route["type"][] = [
  "unicast",
  "local",
  "broadcast",
  "multicast",
  "anycast",
  "unreachable",
  "blackhole",
  "prohibit",
  "throw",
];

export function parseRoute(words: Cursor, family: 4 | 6 | undefined): RouteCommand | RouteFlush {
  const typed = words.next();
  if (typed.length > 1 && "flush".startsWith(typed)) return parseFlush(words, family);
  const verb = abbreviated(typed, ["add", "change", "chg", "delete", "append", "replace"] as const);
  if (verb === undefined) throw new CommandError(`Command "${typed}" is unknown, try "ip route help".`, 255);
  const out: { -readonly [K in keyof RouteCommand]?: RouteCommand[K] } = {};
  while (!words.done) readOption(words, out, family);
  return {
    tool: "ip",
    action: ACTIONS[verb === "chg" ? "change" : verb],
    ...(family !== undefined && { family }),
    ...out,
    dst: out.dst ?? "default",
  };
}

function readOption(
  words: Cursor,
  out: { -readonly [K in keyof RouteCommand]?: RouteCommand[K] },
  family: 4 | 6 | undefined,
): void {
  const word = words.next();
  switch (word) {
    case "via":
      words.take("inet", "inet6");
      out.via = words.ip();
      return;
    case "dev":
    case "oif":
      out.dev = words.next();
      return;
    case "src":
      out.src = words.ip();
      return;
    case "table":
      out.table = words.next();
      return;
    case "metric":
    case "priority":
    case "preference":
      out.metric = words.number("metric");
      return;
    case "scope":
      out.scope = words.next();
      return;
    case "proto":
    case "protocol":
      out.proto = words.next();
      return;
    case "mtu":
      words.take("lock");
      out.mtu = words.number("mtu");
      return;
    case "onlink":
      out.onlink = true;
      return;
    case "nexthop":
      out.nexthops = [...(out.nexthops ?? []), parseNexthop(words)];
      return;
    default:
  }
  const type = TYPES.find((name) => name === word);
  if (type && out.dst === undefined && out.type === undefined) {
    out.type = type;
    return;
  }
  if (UNREAD.has(word)) throw unread(word);
  if (out.dst !== undefined) throw garbage(word, "to");
  if (word !== "to") words.at--;
  out.dst = words.prefix(family);
}

function parseNexthop(words: Cursor): NonNullable<RouteCommand["nexthops"]>[number] {
  const out: { via?: string; dev?: string; weight?: number } = {};
  for (;;) {
    if (words.take("via")) out.via = words.ip();
    else if (words.take("dev")) out.dev = words.next();
    else if (words.take("weight")) out.weight = words.number("weight", 256);
    else return out;
  }
}

function parseFlush(words: Cursor, family: 4 | 6 | undefined): RouteFlush {
  const out: { table?: string; dev?: string } = {};
  while (!words.done) {
    if (words.take("table")) out.table = words.next();
    else if (words.take("dev", "oif")) out.dev = words.next();
    else if (!words.take("cache"))
      throw new CommandError(`ip route flush: "${words.next()}" is not supported here; dev and table are`, 255);
  }
  if (out.table === undefined && out.dev === undefined)
    throw new CommandError('"ip route flush" requires arguments.', 1);
  return { tool: "ip", action: "route-flush", ...(family !== undefined && { family }), ...out };
}

export function printRoute(command: RouteCommand | RouteFlush): string[] {
  if (command.action === "route-flush")
    return ["route", "flush", ...pair("table", command.table), ...pair("dev", command.dev)];
  const { action, type, dst, via, dev, src, table, metric, scope, proto, mtu, onlink, nexthops = [] } = command;
  return [
    ...["route", action.slice("route-".length)],
    ...(type === undefined ? [] : [type]),
    dst,
    ...pair("via", via),
    ...pair("dev", dev),
    ...pair("table", table),
    ...pair("proto", proto),
    ...pair("scope", scope),
    ...pair("src", src),
    ...pair("metric", metric),
    ...pair("mtu", mtu),
    ...(onlink ? ["onlink"] : []),
    ...nexthops.flatMap((hop) => [
      "nexthop",
      ...pair("via", hop.via),
      ...pair("dev", hop.dev),
      ...pair("weight", hop.weight),
    ]),
  ];
}
