/** Which addresses a port gets. Source: neutron/db/ipam_pluggable_backend.py, neutron/db/ipam_backend_mixin.py. */
import { addressClaim, type FixedIp, type Network, ports, type Subnet, subnets } from "../core/model.ts";
import { conflict } from "../errors.ts";
import type { FixedIpRequest } from "../kind/address-lists.ts";
import type { Change } from "../resource.ts";
import { changesOf } from "./address-changes.ts";
import { exactSubnet } from "./fixed-ip.ts";
import { nextFree } from "./free-addresses.ts";
import { automaticAddress, candidateSubnets, isAutoAddress, ROUTER_INTERFACE_OWNERS_SNAT } from "./modes.ts";

export interface PortAddressing {
  readonly mac: string;
  readonly deviceOwner: string;
  readonly host?: string;
  readonly portId?: string;
  /** What the port has: the request replaces it. */
  readonly current?: readonly FixedIp[];
}

/** One address to be found. `any`: of the first of these subnets that has one. */
export type Wanted =
  | { readonly kind: "exact"; readonly subnet: Subnet; readonly address: string }
  | { readonly kind: "automatic"; readonly subnet: Subnet }
  | { readonly kind: "any"; readonly subnets: readonly Subnet[] };

/**
 * The addresses that a port of `network` shall have, in Neutron's order. Without a request a new port gets one IPv4 address
 * and one of DHCPv6 where there are such subnets, and one of each subnet whose hosts make their own; a port that has
 * addresses keeps them, and those made of its MAC follow it.
 */
export async function allocateAddresses(
  change: Change,
  network: Network,
  request: readonly FixedIpRequest[] | undefined,
  about: PortAddressing,
): Promise<FixedIp[]> {
  const all = await subnets.list(change.tx, { keys: { network_id: network.id } });
  const candidates = candidateSubnets(all, about.deviceOwner);
  const changes = about.current && changesOf(about.current, request, all, about);
  if (changes && changes.add.length === 0 && changes.remove.length === 0 && changes.renewed.length === 0)
    if (request === undefined || all.length === 0) return inOrder(changes.keep);
  if (candidates.length === 0 && all.length > 0) throw noMatchingSubnet(network, about.deviceOwner);
  const asked = changes ? changes.add : request;
  const wanted = asked ? await askedFor(change, network, asked, candidates, about) : byDefault(candidates);
  const handled = new Set([...(changes ? [...changes.keep, ...changes.remove] : [])].map((ip) => ip.subnet_id));
  for (const one of wanted) if (changes && one.kind !== "any") handled.add(one.subnet.id);
  if (!ROUTER_INTERFACE_OWNERS_SNAT.includes(about.deviceOwner))
    for (const subnet of candidates)
      if (isAutoAddress(subnet) && !handled.has(subnet.id)) wanted.push({ kind: "automatic", subnet });
  const given = [...(changes?.remove ?? []), ...(changes?.renewed ?? [])];
  return inOrder([...(changes?.keep ?? []), ...(await find(change, network, wanted, about, given))]);
}

async function askedFor(
  change: Change,
  network: Network,
  request: readonly FixedIpRequest[],
  candidates: readonly Subnet[],
  about: PortAddressing,
): Promise<Wanted[]> {
  const wanted: Wanted[] = [];
  for (const one of request) {
    const subnet = await exactSubnet(change, network, one, candidates, about.deviceOwner);
    if (one.ip_address !== undefined) wanted.push({ kind: "exact", subnet, address: one.ip_address });
    // Those whose hosts make their own addresses follow anyway, asked for or not.
    else if (ROUTER_INTERFACE_OWNERS_SNAT.includes(about.deviceOwner) || !isAutoAddress(subnet))
      wanted.push({ kind: "any", subnets: [subnet] });
  }
  return wanted;
}

function byDefault(candidates: readonly Subnet[]): Wanted[] {
  const chosen = [
    candidates.filter((subnet) => subnet.ip_version === 4),
    candidates.filter((subnet) => subnet.ip_version === 6 && !isAutoAddress(subnet)),
  ];
  return chosen.filter((list) => list.length > 0).map((list) => ({ kind: "any", subnets: list }));
}

async function find(
  change: Change,
  network: Network,
  wanted: readonly Wanted[],
  about: PortAddressing,
  given: readonly FixedIp[],
): Promise<FixedIp[]> {
  const found: FixedIp[] = [];
  // What is asked for by address comes first: it might be the next in line for what is not.
  for (const one of [...wanted.filter((w) => w.kind === "exact"), ...wanted.filter((w) => w.kind !== "exact")]) {
    if (one.kind === "any") {
      found.push(await findAny(change, network, one.subnets, found, given));
      continue;
    }
    const ip_address = one.kind === "exact" ? one.address : automaticAddress(one.subnet, about.mac);
    const claim = addressClaim(one.subnet.id, ip_address);
    const isSame = (ip: FixedIp) => ip.subnet_id === one.subnet.id && ip.ip_address === ip_address;
    const held = !given.some(isSame) && (await ports.holder(change.tx, "address", claim)) !== undefined;
    if (held || found.some(isSame))
      throw conflict(
        "IpAddressAlreadyAllocated",
        `IP address ${ip_address} already allocated in subnet ${one.subnet.id}`,
      );
    found.push({ subnet_id: one.subnet.id, ip_address });
  }
  return found;
}

async function findAny(
  change: Change,
  network: Network,
  choice: readonly Subnet[],
  found: readonly FixedIp[],
  given: readonly FixedIp[],
): Promise<FixedIp> {
  for (const subnet of choice) {
    const ip_address = await nextFree(change, subnet, addressesIn(found, subnet), addressesIn(given, subnet));
    if (ip_address !== undefined) return { subnet_id: subnet.id, ip_address };
  }
  throw conflict("IpAddressGenerationFailure", `No more IP addresses available on network ${network.id}.`);
}

function addressesIn(ips: readonly FixedIp[], subnet: Subnet): Set<string> {
  return new Set(ips.filter((ip) => ip.subnet_id === subnet.id).map((ip) => ip.ip_address));
}

function noMatchingSubnet(network: Network, deviceOwner: string): Error {
  return conflict(
    "IpAddressGenerationFailureNoMatchingSubnet",
    `No valid service subnet for the given device owner, network ${network.id}, service type ${deviceOwner}.`,
  );
}

/** As the port's table is read: by address, as text, then by subnet. neutron/db/models_v2.py Port.fixed_ips */
function inOrder(ips: readonly FixedIp[]): FixedIp[] {
  const key = (ip: FixedIp) => `${ip.ip_address} ${ip.subnet_id}`;
  return ips.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
