/**
 * What the kernel makes by itself. A plan that says nothing of it leaves it to the kernel; one that does means what it
 * says.
 */
import { linkLocalAddress } from "../../net/eui64.ts";
import type { Address, Namespace, Route } from "../state.ts";

export function isKernelRoute(route: Route): boolean {
  return route.protocol === "kernel";
}

/** Whether a plan says all of a namespace: something that the kernel makes, or there is nothing that it would make. */
export function isComplete(wanted: Namespace): boolean {
  return wanted.routes.some(isKernelRoute) || !wanted.links.some((link) => link.up && link.carrier);
}

/** The link-local address that a device gives itself, or the loopback device's own addresses. */
export function isOwnAddress(ns: Namespace, address: Address): boolean {
  if (address.scope === "host" && address.dev === "lo") return true;
  if (address.family !== 6 || address.scope !== "link") return false;
  const link = ns.links.find((l) => l.name === address.dev);
  return link !== undefined && link.mac !== "" && linkLocalAddress(link.mac) === address.address;
}
