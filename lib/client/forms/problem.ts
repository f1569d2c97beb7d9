/** Which field of a form an error of the services is about: their bodies do not say, but their sentences do. */
import type { ApiFailure } from "../error.ts";

/** In this order: what names something more closely comes first. Types and messages as in neutron_lib/exceptions. */
const SIGNS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/overlaps with another subnet|Invalid CIDR|cidr '|prefix length|CIDR prefix/, ["cidr"]],
  [/(?:Multicast|Loopback) IP subnet|First IP '0\.0\.0\.0'/, ["cidr"]],
  [/Gateway[ _]?ip|Gateway is not valid|GatewayConflict/i, ["gateway_ip"]],
  [/allocation pool/i, ["allocation_pools"]],
  [/ipv6_(ra|address)_mode|ipv6 attributes/, ["ipv6_mode"]],
  [/segmentation_id|segmentation id|VLAN .* in use|VlanIdInUse/i, ["provider:segmentation_id"]],
  [/physical_network|physical network/i, ["provider:physical_network"]],
  [/network_type/, ["provider:network_type"]],
  [/\bMTU\b/i, ["mtu"]],
  [/MacAddressInUse/, ["mac_address"]],
  [/not reachable from subnet|already has a floating IP|port .* is associated/i, ["port_id"]],
  [/Cidr .* of subnet .* overlaps|already has a port on subnet|must have a gateway IP/, ["subnet_id"]],
  [/IpAddressAlreadyAllocated|InvalidIpFor|IP address .* (is not a valid|already)/, ["ip_address", "fixed_ips"]],
  [/IpAddressGenerationFailure|No more IP addresses/, ["floating_network_id", "network_id", "networks"]],
  [/remote_ip_prefix|does not match|RemotePrefix|ethertype .* for CIDR/, ["remote_ip_prefix"]],
  [/port_range|port range/i, ["port_range"]],
  [/protocol/i, ["protocol"]],
  [/SecurityGroupDefaultAlreadyExists/, ["name"]],
  [/allowed_address_pair/i, ["allowed_address_pairs"]],
  [/DVR|distributed/i, ["distributed"]],
  [/flavor/i, ["flavorRef"]],
  [/image/i, ["imageRef"]],
  [/requires a subnet|network/i, ["networks"]],
];

/** @param fields the form's; @returns undefined where it is about the whole */
export function fieldOf({ code, message }: ApiFailure, fields: readonly string[]): string | undefined {
  const named = /^Invalid input for (?:field\/attribute )?([\w:]+)[.:]/.exec(message)?.[1];
  if (named !== undefined && fields.includes(named)) return named;
  for (const [, refused = ""] of message.matchAll(/\brule:\w+:([\w:]+)(?=.* is disallowed by policy)/g))
    if (fields.includes(refused)) return refused;
  for (const [sign, names] of SIGNS) {
    const found = sign.test(`${code} ${message}`) && names.find((name) => fields.includes(name));
    if (found) return found;
  }
  return fields.find((name) => message.includes(`'${name}'`));
}
