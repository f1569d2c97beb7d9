/** The address that a trace is sent to: what a sender's kernel makes of it, and what no one machine answers for. */
import type { CollectedCloud } from "../collect/cloud.ts";
import { broadcastOf, familyOf, isMulticastIp, parseCidr } from "../net/address.ts";
import { catalogOf } from "./catalog.ts";
import { destination, type End, EndError } from "./end.ts";

/**
 * Address to send to, for a sender that uses `source` where it is given. Throws EndError for broadcast and multicast
 * addresses, and where the two are of different families.
 */
export function targetOf(cloud: CollectedCloud, from: End, to: End, source: string | undefined): string {
  const family = source === undefined ? undefined : familyOf(source);
  const fitting = family === undefined ? to.addresses : to.addresses.filter((a) => familyOf(a) === family);
  if (to.addresses.length > 0 && fitting.length === 0)
    throw new EndError(
      "fromAddress",
      `fromAddress: ${source} is IPv${family}, and ${to.label} has IPv${family === 4 ? 6 : 4} addresses alone`,
    );
  const address = destination(from, { ...to, addresses: fitting });
  // Sent to the unspecified address is sent to oneself (ip_route_output_key_hash_rcu, ip6_datagram_connect).
  if (address === "0.0.0.0") return source ?? "127.0.0.1";
  if (address === "::") return source ?? "::1";
  const group = isMulticastIp(address) ? "multicast" : isBroadcast(cloud, from, address) ? "broadcast" : undefined;
  if (group !== undefined)
    throw new EndError(
      "to",
      `to: ${address} is a ${group} address, which no one machine answers for: name one machine`,
    );
  return address;
}

function isBroadcast(cloud: CollectedCloud, from: End, address: string): boolean {
  if (address === "255.255.255.255") return true;
  if (catalogOf(cloud.api).portsByAddress.has(address)) return false;
  return [...linksOf(cloud, from), ...cloud.api.subnets.map((s) => s.cidr)].some((text) => {
    const cidr = parseCidr(text);
    return cidr !== undefined && broadcastOf(cidr) === address;
  });
}

/** What the sender is attached to, as `address/prefix`. */
function linksOf(cloud: CollectedCloud, { origin }: End): string[] {
  if (origin?.kind === "guest") return origin.guest.fixedIps.map((f) => `${f.address}/${f.prefix}`);
  const host = cloud.world.hosts.find((h) => h.name === origin?.host);
  const ns = host?.namespaces.find((n) => n.name === origin?.netns);
  return (ns?.addresses ?? []).map((a) => `${a.address}/${a.prefix}`);
}
