/** What an address is to a namespace (inet_addr_type of net/ipv4/fib_frontend.c): the local table decides. */
import type { Namespace } from "../../host/state.ts";
import {
  type IpValue,
  ipOf,
  isMulticastIp,
  type Network,
  networkContains,
  networkOf,
  parseCidr,
} from "../../net/address.ts";

export type AddressType =
  | "UNSPEC"
  | "UNICAST"
  | "LOCAL"
  | "BROADCAST"
  | "ANYCAST"
  | "MULTICAST"
  | "BLACKHOLE"
  | "UNREACHABLE"
  | "PROHIBIT";

interface LocalRoute {
  net: Network;
  type: AddressType;
  dev?: string;
}

/** `dev`: only routes of this device count. */
export function addressType(ns: Namespace, address: string, dev?: string): AddressType {
  const ip = ipOf(address);
  if (!ip) return "UNSPEC";
  if (ip.family === 4 && (ip.value >>> 24 === 0 || ip.value === 0xffffffff)) return "BROADCAST";
  if (isMulticastIp(address)) return "MULTICAST";
  return longest(localRoutes(ns), ip, dev)?.type ?? "UNICAST";
}

/** Whether the namespace takes packets to this address for its own. */
export function isLocalAddress(ns: Namespace, address: string, dev?: string): boolean {
  return addressType(ns, address, dev) === "LOCAL";
}

function longest(routes: readonly LocalRoute[], ip: IpValue, dev: string | undefined): LocalRoute | undefined {
  return routes.find((r) => networkContains(r.net, ip) && (dev === undefined || r.dev === dev));
}

const TYPES: Record<string, AddressType> = {
  local: "LOCAL",
  broadcast: "BROADCAST",
  anycast: "ANYCAST",
  multicast: "MULTICAST",
};
const cache = new WeakMap<Namespace, LocalRoute[]>();

function localRoutes(ns: Namespace): LocalRoute[] {
  let routes = cache.get(ns);
  if (routes) return routes;
  routes = [];
  for (const r of ns.routes) {
    const type = TYPES[r.type];
    const cidr = parseCidr(r.dst);
    if (r.table === "local" && type && cidr) routes.push({ net: networkOf(cidr), type, dev: r.dev });
  }
  routes.sort((a, b) => b.net.prefix - a.net.prefix);
  cache.set(ns, routes);
  return routes;
}
