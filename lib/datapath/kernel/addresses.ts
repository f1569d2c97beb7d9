/** Addresses of a namespace's devices, and which of them the kernel takes for its own packets. */
import type { Address, Link, Namespace } from "../../host/state.ts";
import { type IpFamily, ipOf, isLinkLocalIp, networkContains, networkOf } from "../../net/address.ts";

interface DeviceIndex {
  links: Map<string, Link>;
  addresses: Map<string, Address[]>;
  own: Set<string>;
}

const cache = new WeakMap<Namespace, DeviceIndex>();

function devices(ns: Namespace): DeviceIndex {
  let index = cache.get(ns);
  if (!index) {
    index = { links: new Map(ns.links.map((l) => [l.name, l])), addresses: new Map(), own: new Set() };
    for (const a of ns.addresses) {
      index.own.add(a.address);
      const list = index.addresses.get(a.dev);
      if (list) list.push(a);
      else index.addresses.set(a.dev, [a]);
    }
    cache.set(ns, index);
  }
  return index;
}

export function linkOf(ns: Namespace, name: string): Link | undefined {
  return devices(ns).links.get(name);
}

export function addressesOf(ns: Namespace, dev: string): readonly Address[] {
  return devices(ns).addresses.get(dev) ?? [];
}

/** Whether any device has the address (inet_lookup_ifaddr). */
export function hasAddress(ns: Namespace, address: string): boolean {
  return devices(ns).own.has(address);
}

/** Narrower scopes have higher numbers (include/uapi/linux/rtnetlink.h). */
const SCOPES: Record<string, number> = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 };

export function scopeNumber(scope: string | undefined): number {
  if (scope === undefined) return 0;
  return SCOPES[scope] ?? (/^\d+$/.test(scope) ? Number(scope) : 0);
}

/**
 * The source address for packets by `dev` to `towards` (the next hop): the first primary address wide enough in scope
 * whose network holds it, else the first wide enough, else one of any other device (inet_select_addr of
 * net/ipv4/devinet.c). IPv6: a simple part of RFC 6724: link-local for link-local, same scope, longest common prefix.
 */
export function selectAddress(
  ns: Namespace,
  dev: string,
  family: IpFamily,
  towards: string | undefined,
  scope: string,
): string | undefined {
  if (family === 6) return selectAddress6(ns, dev, towards);
  const wanted = scopeNumber(scope);
  let first: string | undefined;
  const ip = towards === undefined ? undefined : ipOf(towards);
  for (const a of addressesOf(ns, dev)) {
    if (a.family !== 4 || a.secondary || scopeNumber(a.scope) > wanted) continue;
    if (!ip || networkContains(networkOf({ family: 4, address: a.peer ?? a.address, prefix: a.prefix }), ip))
      return a.address;
    first ??= a.address;
  }
  if (first !== undefined) return first;
  for (const l of ns.links) {
    for (const a of addressesOf(ns, l.name)) {
      if (a.family === 4 && !a.secondary && a.scope !== "link" && scopeNumber(a.scope) <= wanted) return a.address;
    }
  }
  return undefined;
}

function selectAddress6(ns: Namespace, dev: string, towards: string | undefined): string | undefined {
  const local = towards !== undefined && (isLinkLocalIp(towards) || /^ff.2:/.test(towards));
  const ip = towards === undefined ? undefined : ipOf(towards);
  let best: { address: string; score: number } | undefined;
  const consider = (a: Address, own: boolean) => {
    if (a.family !== 6) return;
    const link = isLinkLocalIp(a.address);
    if (link && !own) return;
    let score = link === local ? 1000 : 0;
    if (a.address === towards) score += 10000;
    if (own) score += 500;
    const v = ipOf(a.address);
    if (ip?.family === 6 && v?.family === 6) score += commonPrefix(ip.value, v.value);
    if (!best || score > best.score) best = { address: a.address, score };
  };
  for (const a of addressesOf(ns, dev)) consider(a, true);
  if (!best || (isLinkLocalIp(best.address) && !local)) {
    for (const l of ns.links) if (l.name !== dev) for (const a of addressesOf(ns, l.name)) consider(a, false);
  }
  return best?.address;
}

function commonPrefix(a: bigint, b: bigint): number {
  const diff = a ^ b;
  return diff === 0n ? 128 : 128 - diff.toString(2).length;
}

/** Value of a sysctl of one device, e.g. `interfaceSysctl(ns, 4, "eth0", "rp_filter")`; dots in names are printed as slashes. */
export function interfaceSysctl(ns: Namespace, family: IpFamily, dev: string, key: string): number | undefined {
  const base = `net.ipv${family}.conf.`;
  const value = ns.sysctls[`${base}${dev.replaceAll(".", "/")}.${key}`] ?? ns.sysctls[`${base}${dev}.${key}`];
  return value === undefined || value === "" ? undefined : Number(value);
}
