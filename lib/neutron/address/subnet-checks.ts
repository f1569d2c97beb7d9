/** What of a subnet fits together. Source: neutron/db/db_base_plugin_v2.py _validate_subnet. */
import { familyOf, isLoopbackIp, isMulticastIp, parseCidr } from "../../net/address.ts";
import { ipNumber, networkRange } from "../../net/range.ts";
import type { Subnet } from "../core/model.ts";
import { invalidInput, NeutronError } from "../errors.ts";
import type { HostRoute } from "../kind/address-lists.ts";
import type { Call } from "../resource.ts";
import { isAutoAddress } from "./modes.ts";

export interface SubnetSpec {
  /** Absent: a new one. */
  readonly id?: string;
  readonly ip_version: number;
  readonly cidr: string;
  readonly enable_dhcp?: boolean | undefined;
  readonly gateway_ip?: string | null | undefined;
  readonly dns_nameservers?: readonly string[] | undefined;
  readonly host_routes?: readonly HostRoute[] | undefined;
  readonly ipv6_ra_mode?: string | undefined;
  readonly ipv6_address_mode?: string | undefined;
}

/** @param current the subnet that is changed */
export function checkSubnet(call: Call, spec: SubnetSpec, current?: Subnet): void {
  const { ip_version, cidr, gateway_ip } = spec;
  checkVersion(ip_version, cidr, "cidr");
  if (spec.enable_dhcp && !current?.enable_dhcp) checkDhcp(ip_version, cidr);
  if (typeof gateway_ip === "string") {
    checkVersion(ip_version, gateway_ip, "gateway_ip");
    if (isNoGateway(cidr, gateway_ip)) throw invalidInput("Gateway is not valid on subnet", "gateway_ip");
  }
  checkNameservers(call, spec);
  checkRoutes(call, spec);
  if (ip_version === 4) {
    for (const name of ["ipv6_ra_mode", "ipv6_address_mode"] as const)
      if (spec[name] !== undefined) throw invalidInput(`${name} is not valid when ip_version is 4`, name);
  } else if (current) checkDhcpStays(spec, current);
  else checkModes(spec);
}

function checkVersion(version: number, address: string, name: string): void {
  if (familyOf(address) !== version)
    throw invalidInput(`${name} '${address}' does not match the ip_version '${version}'`, name);
}

function checkDhcp(version: number, cidr: string): void {
  const parsed = parseCidr(cidr);
  if (!parsed) return;
  if (parsed.prefix > (version === 4 ? 30 : 126))
    throw invalidInput("Subnet has a prefix length that is incompatible with DHCP service enabled");
  if (isMulticastIp(parsed.address)) throw invalidInput("Multicast IP subnet is not supported if enable_dhcp is True");
  if (isLoopbackIp(parsed.address)) throw invalidInput("Loopback IP subnet is not supported if enable_dhcp is True");
  if (version === 4 && networkRange(cidr).first === 0n)
    throw invalidInput("First IP '0.0.0.0' of network is not supported if enable_dhcp is True.");
}

/** Of IPv4 the network's own address and the broadcast address; one outside of the subnet may be a gateway. */
export function isNoGateway(cidr: string, gateway: string): boolean {
  const { family, first, last } = networkRange(cidr);
  const value = ipNumber(gateway);
  return family === 4 && familyOf(gateway) === 4 && (value === first || value === last);
}

function checkNameservers(call: Call, { id = "new subnet", ip_version, dns_nameservers = [] }: SubnetSpec): void {
  const limit = call.neutron.config.DEFAULT.max_dns_nameservers;
  if (dns_nameservers.length > limit) throw exhausted("DNSNameServersExhausted", id, "DNS nameservers", limit);
  for (const server of dns_nameservers) checkVersion(ip_version, server, "dns_nameserver");
}

function checkRoutes(call: Call, { id = "new subnet", ip_version, host_routes = [] }: SubnetSpec): void {
  const limit = call.neutron.config.DEFAULT.max_subnet_host_routes;
  if (host_routes.length > limit) throw exhausted("HostRoutesExhausted", id, "host routes", limit);
  for (const { destination, nexthop } of host_routes) {
    checkVersion(ip_version, nexthop, "nexthop");
    checkVersion(ip_version, destination, "destination");
  }
}

function exhausted(type: string, id: string, what: string, limit: number): NeutronError {
  const message = `Unable to complete operation for ${id}. The number of ${what} exceeds the limit ${limit}.`;
  return new NeutronError("bad-request", type, message);
}

function checkModes({ ipv6_ra_mode: ra, ipv6_address_mode: address, enable_dhcp, cidr }: SubnetSpec): void {
  if (ra === undefined && address === undefined) return;
  if (!enable_dhcp)
    throw invalidInput("ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False");
  if (ra !== undefined && address !== undefined && ra !== address)
    throw invalidInput(
      `ipv6_ra_mode set to '${ra}' with ipv6_address_mode set to '${address}' is not valid. If both attributes are set, they must be the same value`,
    );
  // RFC 4862, 5.5.3: prefix and interface identifier together are 128 bits.
  if (isAutoAddress({ ipv6_ra_mode: ra ?? null, ipv6_address_mode: address ?? null }) && parseCidr(cidr)?.prefix !== 64)
    throw invalidInput(
      `Invalid CIDR ${cidr} for IPv6 address mode. OpenStack uses the EUI-64 address format, which requires the prefix to be /64`,
    );
}

function checkDhcpStays({ enable_dhcp }: SubnetSpec, current: Subnet): void {
  if (enable_dhcp === false && (current.ipv6_ra_mode !== null || current.ipv6_address_mode !== null))
    throw invalidInput("Cannot disable enable_dhcp with ipv6 attributes set", "enable_dhcp");
}
