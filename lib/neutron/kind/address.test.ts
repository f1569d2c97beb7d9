import { expect, test } from "vitest";
import { cidr, ipAddress, ipOrCidr, mac, writtenCidr } from "./address.ts";
import { fixedIps, hostRoutes, ipPools, nameservers } from "./address-lists.ts";
import type { Kind } from "./kind.ts";

// The right sides are what neutron_lib 3.1 answers.
test.each<[string, Kind<unknown>, unknown, unknown]>([
  ["IPv6 becomes compact", ipAddress, "FE80:0::1", "fe80::1"],
  ["IPv6 holds IPv4", ipAddress, "::ffff:1.2.3.4", "::ffff:1.2.3.4"],
  ["a network keeps host bits", cidr, "10.0.0.1/24", "10.0.0.1/24"],
  ["a short network is filled", cidr, "10/8", "10.0.0.0/8"],
  ["an address is a network of one", cidr, "10.0.0.0", "10.0.0.0/32"],
  ["a mask becomes a length", cidr, "1.2.3.4/255.255.255.0", "1.2.3.4/24"],
  ["MACs in every spelling", mac, "001122-334455", "00:11:22:33:44:55"],
  ["MACs with dots", mac, "0011.2233.4455", "00:11:22:33:44:55"],
  ["MACs with short groups", mac, "0:1:2:3:4:A", "00:01:02:03:04:0a"],
  ["no nameservers", nameservers, null, []],
  [
    "a default route",
    hostRoutes,
    [{ destination: "0.0.0.0/0", nexthop: "1.1.1.1" }],
    [{ destination: "0.0.0.0/0", nexthop: "1.1.1.1" }],
  ],
  ["a pool", ipPools, [{ start: "FD00::2", end: "fd00::9" }], [{ start: "fd00::2", end: "fd00::9" }]],
  ["a request without details", fixedIps, [{}], [{}]],
])("%s", (_name, kind, given, parsed) => expect(kind.parse(given)).toEqual(parsed));

test.each<[Kind<unknown>, unknown, string]>([
  [ipAddress, "10.0.0.01", "'10.0.0.01' is not an accepted IP address, '10.0.0.1' is recommended"],
  [ipAddress, "10.0.0.300", "'10.0.0.300' is not a valid IP address"],
  [ipAddress, null, "'None' is not a valid IP address"],
  [cidr, "2001:db8::/129", "Invalid input for operation: 2001:db8::/129 is not in a CIDR format."],
  [cidr, "", "Invalid input for operation:  is not in a CIDR format."],
  [writtenCidr, "10.0.0.0", "'10.0.0.0' isn't a recognized IP subnet cidr, '10.0.0.0/32' is recommended"],
  [
    writtenCidr,
    "10.0.0.0/255.0.0.0",
    "'10.0.0.0/255.0.0.0' isn't a recognized IP subnet cidr, '10.0.0.0/8' is recommended",
  ],
  [writtenCidr, 5, "'5' is not a valid IP subnet"],
  [ipOrCidr, "x", "'x' is neither a valid IP address, nor is it a valid IP subnet"],
  [mac, "FF:FF:FF:FF:FF:FF", "'FF:FF:FF:FF:FF:FF' is not a valid MAC address"],
  [mac, "00:11:22:33:44:55:66:77", "'00:11:22:33:44:55:66:77' is not a valid MAC address"],
  [nameservers, ["x"], "'x' is not a valid nameserver. 'x' is not a valid IP address"],
  [nameservers, ["1.1.1.1", "1.1.1.1"], "Duplicate nameserver '1.1.1.1'"],
  [ipPools, [5], "Invalid input. '5' must be a dictionary with keys: ['start', 'end']"],
  [ipPools, null, "Invalid data format for IP pool: 'None'"],
  [fixedIps, [{ ip_address: "1.1.1.1" }, { ip_address: "1.1.1.1" }], "Duplicate IP address '1.1.1.1'"],
  [fixedIps, [{ subnet_id: "x" }], "'x' is not a valid UUID"],
  [
    hostRoutes,
    [{ destination: "10.0.0.1/8", nexthop: "1.1.1.1" }],
    "'10.0.0.1/8' is not a recognized CIDR, '10.0.0.0/8' is recommended",
  ],
  [hostRoutes, [{ destination: "127.0.0.0/8", nexthop: "1.1.1.1" }], "'127.0.0.0/8' is not a routable CIDR"],
  [
    hostRoutes,
    [1, 1].map(() => ({ destination: "1.1.1.1/32", nexthop: "1.1.1.1" })),
    "Duplicate hostroute '{'destination': '1.1.1.1/32', 'nexthop': '1.1.1.1'}'",
  ],
])("refuses as Neutron does: %#", (kind, given, message) =>
  expect(() => kind.parse(given)).toThrow(new Error(message).message),
);
