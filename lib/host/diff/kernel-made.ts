/**
 * What the kernel makes by itself. A plan that says nothing of it for a device leaves it to the kernel; one that does means
 * what it says.
 */
import { eui64Address } from "../../net/eui64.ts";
import type { Address, Namespace, Route } from "../state.ts";

export function isKernelRoute(route: Route): boolean {
  return route.protocol === "kernel";
}

/** Devices that a plan says all of. */
export function spokenOf(wanted: Namespace): ReadonlySet<string> {
  const out = new Set<string>();
  for (const route of wanted.routes) if (isKernelRoute(route) && route.dev !== undefined) out.add(route.dev);
  return out;
}

/** The link-local address that a device gives itself, or the loopback device's own addresses. */
export function isOwnAddress(ns: Namespace, address: Address): boolean {
  if (address.scope === "host" && address.dev === "lo") return true;
  if (address.family !== 6 || address.scope !== "link") return false;
  const link = ns.links.find((l) => l.name === address.dev);
  return link !== undefined && link.mac !== "" && eui64Address("fe80::/64", link.mac) === address.address;
}
