/** `ip -j [-6] route show table all` (iproute2 ip/iproute.c print_route). */
import type { Route } from "../../host/state.ts";
import { parseCidr, parseIp } from "../../net/address.ts";
import type { Note } from "../gaps.ts";
import { Fields } from "./fields.ts";
import { jsonObjects } from "./json.ts";

const TYPES: ReadonlySet<string> = new Set([
  "unicast",
  "local",
  "broadcast",
  "multicast",
  "anycast",
  "unreachable",
  "blackhole",
  "prohibit",
  "throw",
  "nat",
] satisfies Route["type"][]);

/** `family`: 6 for the output of `ip -6`; else each route tells its own. */
export function parseRoutes(text: string, note: Note, family?: 6): Route[] {
  const out: Route[] = [];
  for (const object of jsonObjects(text, note)) {
    const route = parseRoute(new Fields(object, "route", note), family);
    if (route) out.push(route);
  }
  return out;
}

/** Routes of both answers, each once: `ip route show table all` prints IPv6 routes too on some versions. */
export function mergeRoutes(all: Route[], six: Route[]): Route[] {
  const seen = new Set<string>();
  return [...all, ...six].filter((route) => {
    const key = JSON.stringify(route);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function parseRoute(f: Fields, family: 6 | undefined): Route | undefined {
  const printed = f.needText("dst");
  const type = f.text("type") ?? "unicast";
  if (!f.ok) return undefined;
  if (!TYPES.has(type)) {
    f.note(`route type ${type} is not supported`);
    return undefined;
  }
  const via = nextHop(f);
  const prefSrc = f.text("prefsrc");
  const of = family ?? familyOf(f, printed, via, prefSrc);
  const dst = destination(printed, of);
  if (dst === undefined) {
    f.note(`${printed} is not a destination`);
    return undefined;
  }
  const route: Route = {
    family: of,
    type: type as Route["type"],
    dst,
    table: f.word("table") ?? "main",
    metric: f.number("metric") ?? 0,
    flags: f.texts("flags"),
  };
  if (via !== undefined) route.via = via;
  const dev = f.text("dev");
  if (dev !== undefined) route.dev = dev;
  if (prefSrc !== undefined) route.prefSrc = prefSrc;
  const from = f.text("from") ?? f.text("src");
  if (from !== undefined) route.src = from;
  const scope = f.word("scope");
  if (scope !== undefined) route.scope = scope;
  const protocol = f.word("protocol");
  if (protocol !== undefined) route.protocol = protocol;
  if (route.flags.includes("onlink")) route.onlink = true;
  const mtu = f.objects("metrics")[0]?.number("mtu");
  if (mtu !== undefined) route.mtu = mtu;
  const nexthops = f.objects("nexthops");
  if (nexthops.length === 0 && (type === "unicast" || type === "local") && dev === undefined)
    f.note("route without a device");
  if (nexthops.length > 0) route.nexthops = nexthops.map(nexthop);
  return route;
}

function nexthop(f: Fields): NonNullable<Route["nexthops"]>[number] {
  const out: NonNullable<Route["nexthops"]>[number] = { weight: f.number("weight") ?? 1, flags: f.texts("flags") };
  const via = nextHop(f);
  if (via !== undefined) out.via = via;
  const dev = f.text("dev");
  if (dev !== undefined) out.dev = dev;
  return out;
}

/** `gateway`, or `via` where the next hop is of another family. */
function nextHop(f: Fields): string | undefined {
  const gateway = f.text("gateway") ?? f.nested("via")?.text("host");
  if (gateway !== undefined && !parseIp(gateway)) f.note(`next hop ${gateway} is not an address`);
  return gateway;
}

function familyOf(f: Fields, dst: string, via: string | undefined, prefSrc: string | undefined): 4 | 6 {
  if (dst.includes(":")) return 6;
  if (dst !== "default") return 4;
  if (prefSrc !== undefined) return prefSrc.includes(":") ? 6 : 4;
  if (via !== undefined && f.object.gateway !== undefined) return via.includes(":") ? 6 : 4;
  // Router preference is printed for every IPv6 route, and only there.
  return f.object.pref !== undefined ? 6 : 4;
}

function destination(text: string, family: 4 | 6): string | undefined {
  if (text === "default") return family === 4 ? "0.0.0.0/0" : "::/0";
  const cidr = parseCidr(text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`);
  return cidr && cidr.family === family ? `${cidr.address}/${cidr.prefix}` : undefined;
}
