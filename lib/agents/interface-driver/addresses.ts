/** Addresses of a plugged device. Source: neutron/agent/linux/interface.py init_l3, ip_lib.py add_ip_address. */
import type { Address } from "../../host/state.ts";
import { broadcastOf, familyOf, parseCidr } from "../../net/address.ts";
import type { NetworkView, PortView } from "../view.ts";
import type { Hand } from "./hand.ts";

/** A port's addresses with the lengths of their subnets' prefixes: fixed_ip_cidrs. */
export function cidrsOf(port: PortView, network: NetworkView | undefined): string[] {
  return port.fixedIps.flatMap(({ subnetId, address }) => {
    const subnet = network?.subnets.find((one) => one.id === subnetId);
    return subnet ? [`${address}/${subnet.cidr.split("/")[1]}`] : [];
  });
}

export const hostCidr = (address: string) => `${address}/${familyOf(address) === 4 ? 32 : 128}`;

export function addressesOf(hand: Hand, netns: string, device: string): Address[] {
  return (hand.namespace(netns)?.addresses ?? []).filter((one) => one.dev === device);
}

/** Gives the device these addresses, and takes others away. @param preserved CIDRs that others look after */
export function setAddresses(
  hand: Hand,
  netns: string,
  device: string,
  cidrs: readonly string[],
  preserved: ReadonlySet<string> = new Set(),
): void {
  const present = new Set<string>();
  for (const one of addressesOf(hand, netns, device)) {
    // The address that the system made itself is not Neutron's.
    if (one.family === 6 && one.scope === "link") continue;
    const cidr = `${one.address}/${one.prefix}`;
    present.add(cidr);
    if (!cidrs.includes(cidr) && !preserved.has(cidr)) removeAddress(hand, netns, device, cidr);
  }
  for (const cidr of cidrs) if (!present.has(cidr)) addAddress(hand, netns, device, cidr);
}

/** @param broadcast an IPv4 address gets one; where its network has none, it is its own */
export function addAddress(hand: Hand, netns: string, device: string, cidr: string, broadcast = true): void {
  const parsed = parseCidr(cidr);
  const [address = "", prefix] = cidr.split("/");
  if (!parsed || hasAddress(hand, netns, device, cidr)) return;
  const family = familyOf(address);
  hand.attempt(netns, {
    tool: "ip",
    action: "addr-add",
    family,
    dev: device,
    address,
    prefix: Number(prefix),
    ...(broadcast && family === 4 ? { broadcast: broadcastOf(parsed) ?? address } : {}),
    scope: "global",
  });
}

export function removeAddress(hand: Hand, netns: string, device: string, cidr: string): void {
  const [address = "", prefix] = cidr.split("/");
  hand.ip(netns, {
    tool: "ip",
    action: "addr-del",
    family: familyOf(address),
    dev: device,
    address,
    prefix: Number(prefix),
  });
}

function hasAddress(hand: Hand, netns: string, device: string, cidr: string): boolean {
  return addressesOf(hand, netns, device).some((one) => `${one.address}/${one.prefix}` === cidr);
}
