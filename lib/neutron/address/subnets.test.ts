import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestService, testService } from "../testing/service.ts";

let cloud: TestService;
beforeAll(async () => {
  cloud = await testService();
});
afterAll(() => cloud.close());

async function network(more: object = {}): Promise<string> {
  const { body } = await cloud.call(cloud.demo, "POST", "networks", { network: { name: "n", ...more } });
  return body.network.id;
}

const post = (network_id: string, more: object) =>
  cloud.call(cloud.demo, "POST", "subnets", { subnet: { network_id, ip_version: 4, ...more } });
const put = (id: string, subnet: object) => cloud.call(cloud.demo, "PUT", `subnets/${id}`, { subnet });

async function made(network_id: string, more: object) {
  const reply = await post(network_id, more);
  expect(reply.body).toHaveProperty("subnet");
  return reply.body.subnet;
}

test("a subnet looks as the real one does", async () => {
  const real = JSON.parse(readFileSync("lib/demo/legacy/api/subnets.json", "utf8")).subnets[0];
  const id = await network();
  const subnet = await made(id, { cidr: "172.16.11.0/24", name: "s", dns_nameservers: ["172.24.4.1"] });
  expect(Object.keys(subnet).sort()).toEqual(Object.keys(real).sort());
  const { id: _id, network_id, project_id, tenant_id, created_at, updated_at, ...rest } = real;
  expect(subnet).toMatchObject({ ...rest, name: "s" });
  const shown = await cloud.call(cloud.demo, "GET", `networks/${id}`);
  expect(shown.body.network.subnets).toEqual([subnet.id]);
});

test.each([
  [
    "the default gateway is the first address",
    { cidr: "10.0.0.5/24" },
    ["10.0.0.0/24", "10.0.0.1", "10.0.0.2-10.0.0.254"],
  ],
  [
    "no pools asked for",
    { cidr: "10.0.0.0/30", allocation_pools: [] },
    ["10.0.0.0/30", "10.0.0.1", "10.0.0.2-10.0.0.2"],
  ],
  ["none", { cidr: "10.0.0.0/24", gateway_ip: null }, ["10.0.0.0/24", null, "10.0.0.1-10.0.0.254"]],
  [
    "pools lie around the gateway",
    { cidr: "10.0.0.0/24", gateway_ip: "10.0.0.100" },
    ["10.0.0.0/24", "10.0.0.100", "10.0.0.1-10.0.0.99", "10.0.0.101-10.0.0.254"],
  ],
  ["one outside", { cidr: "10.0.0.0/24", gateway_ip: "10.9.9.9" }, ["10.0.0.0/24", "10.9.9.9", "10.0.0.1-10.0.0.254"]],
  [
    "a network of two without DHCP",
    { cidr: "10.0.0.0/31", gateway_ip: null, enable_dhcp: false },
    ["10.0.0.0/31", null, "10.0.0.0-10.0.0.1"],
  ],
  ["a network of one", { cidr: "10.0.0.7/32", enable_dhcp: false }, ["10.0.0.7/32", "10.0.0.8", "10.0.0.7-10.0.0.7"]],
  [
    "IPv6: the anycast address of routers",
    { cidr: "FD00::/64", ip_version: 6 },
    ["fd00::/64", "fd00::", "fd00::1-fd00::ffff:ffff:ffff:ffff"],
  ],
  [
    "pools as given, in order",
    {
      cidr: "10.0.0.0/24",
      allocation_pools: [
        { start: "10.0.0.100", end: "10.0.0.110" },
        { start: "10.0.0.2", end: "10.0.0.9" },
      ],
    },
    ["10.0.0.0/24", "10.0.0.1", "10.0.0.2-10.0.0.9", "10.0.0.100-10.0.0.110"],
  ],
])("%s", async (_name, asked, expected) => {
  const { cidr, gateway_ip, allocation_pools } = await made(await network(), asked);
  const pools = allocation_pools.map((pool: { start: string; end: string }) => `${pool.start}-${pool.end}`);
  expect([cidr, gateway_ip, ...pools]).toEqual(expected);
});

const v6 = { ip_version: 6, cidr: "fd00::/64" };
const v4 = { cidr: "10.0.0.0/24" };
const pool = (start: string, end: string) => ({ start, end });

test.each<[object, number, string, string]>([
  [{}, 400, "BadRequest", "Bad subnets request: a subnetpool must be specified in the absence of a cidr."],
  [
    { ...v4, prefixlen: 24 },
    400,
    "BadRequest",
    "Bad subnets request: cidr and prefixlen must not be supplied together.",
  ],
  [
    { ...v4, use_default_subnetpool: true },
    400,
    "BadRequest",
    "Bad subnets request: No default subnetpool found for IPv4.",
  ],
  [
    { ...v6, ip_version: 4 },
    400,
    "InvalidInput",
    "Invalid input for operation: cidr 'fd00::/64' does not match the ip_version '4'.",
  ],
  [
    { cidr: "10.0.0.0/31" },
    400,
    "InvalidInput",
    "Invalid input for operation: Subnet has a prefix length that is incompatible with DHCP service enabled.",
  ],
  [
    { cidr: "224.0.0.0/24" },
    400,
    "InvalidInput",
    "Invalid input for operation: Multicast IP subnet is not supported if enable_dhcp is True.",
  ],
  [
    { cidr: "0.0.0.0/0", enable_dhcp: false, gateway_ip: null },
    400,
    "InvalidInput",
    "Invalid input for operation: 0 is not allowed as CIDR prefix length.",
  ],
  [
    { ...v4, gateway_ip: "10.0.0.255" },
    400,
    "InvalidInput",
    "Invalid input for operation: Gateway is not valid on subnet.",
  ],
  [
    { ...v4, ipv6_ra_mode: "slaac" },
    400,
    "InvalidInput",
    "Invalid input for operation: ipv6_ra_mode is not valid when ip_version is 4.",
  ],
  [
    { ...v6, ipv6_ra_mode: "slaac", enable_dhcp: false },
    400,
    "InvalidInput",
    "Invalid input for operation: ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False.",
  ],
  [
    { ...v6, ipv6_ra_mode: "slaac", ipv6_address_mode: "dhcpv6-stateful" },
    400,
    "InvalidInput",
    "Invalid input for operation: ipv6_ra_mode set to 'slaac' with ipv6_address_mode set to 'dhcpv6-stateful' is not valid. If both attributes are set, they must be the same value.",
  ],
  [
    { ...v6, cidr: "fd00::/65", ipv6_ra_mode: "slaac" },
    400,
    "InvalidInput",
    "Invalid input for operation: Invalid CIDR fd00::/65 for IPv6 address mode. OpenStack uses the EUI-64 address format, which requires the prefix to be /64.",
  ],
  [
    { ...v4, dns_nameservers: [1, 2, 3, 4, 5, 6].map((n) => `10.0.0.${n}`) },
    400,
    "DNSNameServersExhausted",
    "Unable to complete operation for new subnet. The number of DNS nameservers exceeds the limit 5.",
  ],
  [
    { ...v4, host_routes: [{ destination: "fd00::/8", nexthop: "10.0.0.2" }] },
    400,
    "InvalidInput",
    "Invalid input for operation: destination 'fd00::/8' does not match the ip_version '4'.",
  ],
  [
    { ...v4, allocation_pools: [pool("10.0.0.9", "10.0.0.2")] },
    400,
    "InvalidAllocationPool",
    "The allocation pool {'start': '10.0.0.9', 'end': '10.0.0.2'} is not valid.",
  ],
  [
    { ...v4, allocation_pools: [pool("10.0.0.2", "10.0.0.255")] },
    400,
    "OutOfBoundsAllocationPool",
    "The allocation pool 10.0.0.2-10.0.0.255 spans beyond the subnet cidr 10.0.0.0/24.",
  ],
  [
    { ...v4, allocation_pools: [pool("10.0.0.2", "10.0.0.9"), pool("10.0.0.9", "10.0.0.20")] },
    409,
    "OverlappingAllocationPools",
    "Found overlapping allocation pools: 10.0.0.2-10.0.0.9 10.0.0.9-10.0.0.20 for subnet 10.0.0.0/24.",
  ],
  [
    { ...v4, allocation_pools: [pool("10.0.0.1", "10.0.0.9")] },
    409,
    "GatewayConflictWithAllocationPools",
    "Gateway ip 10.0.0.1 conflicts with allocation pool 10.0.0.1-10.0.0.9.",
  ],
  [{ ...v4, segment_id: null }, 400, "HTTPBadRequest", "Unrecognized attribute(s) 'segment_id'"],
])("refuses %j", async (asked, status, type, message) => {
  const id = await network();
  const reply = await post(id, asked);
  expect(reply).toMatchObject({ status, body: { NeutronError: { type, message } } });
  expect((await cloud.call(cloud.demo, "GET", `networks/${id}`)).body.network.subnets).toEqual([]);
});

test("subnets of a network do not overlap, those of others may", async () => {
  const id = await network();
  await made(id, v4);
  expect((await post(id, { cidr: "10.0.0.128/25" })).body.NeutronError).toMatchObject({
    type: "InvalidInput",
    message: `Invalid input for operation: Requested subnet with cidr: 10.0.0.128/25 for network: ${id} overlaps with another subnet.`,
  });
  await made(await network(), v4);
});

test("another project's network is not there", async () => {
  const id = await network();
  const asked = { subnet: { network_id: id, ip_version: 4, cidr: "10.0.0.0/24" } };
  const reply = await cloud.call(cloud.other, "POST", "subnets", asked);
  expect(reply).toMatchObject({ status: 404, body: { NeutronError: { type: "NetworkNotFound" } } });
});

test("an update changes what it names, and refuses what does not fit", async () => {
  const id = await network();
  const subnet = await made(id, v4);
  const routes = [{ destination: "10.9.0.0/16", nexthop: "10.0.0.7" }];
  const reply = await put(subnet.id, {
    name: "new",
    dns_nameservers: ["10.0.0.3"],
    host_routes: routes,
    gateway_ip: null,
  });
  expect(reply.body.subnet).toEqual({
    ...subnet,
    name: "new",
    dns_nameservers: ["10.0.0.3"],
    host_routes: routes,
    gateway_ip: null,
    revision_number: subnet.revision_number + 1,
    updated_at: reply.body.subnet.updated_at,
  });
  const changed = await put(subnet.id, { allocation_pools: [pool("10.0.0.20", "10.0.0.30")], gateway_ip: "10.0.0.10" });
  expect(changed.body.subnet).toMatchObject({
    gateway_ip: "10.0.0.10",
    allocation_pools: [pool("10.0.0.20", "10.0.0.30")],
  });
  for (const [values, type] of [
    [{ gateway_ip: "10.0.0.25" }, "GatewayConflictWithAllocationPools"],
    [{ allocation_pools: [pool("10.0.1.1", "10.0.1.2")] }, "OutOfBoundsAllocationPool"],
    [{ cidr: "10.0.0.0/8" }, "HTTPBadRequest"],
  ] as const)
    expect((await put(subnet.id, values)).body.NeutronError.type).toBe(type);
  const slaac = await made(id, { ...v6, ipv6_ra_mode: "slaac", ipv6_address_mode: "slaac" });
  expect((await put(slaac.id, { enable_dhcp: false })).body.NeutronError.message).toBe(
    "Invalid input for operation: Cannot disable enable_dhcp with ipv6 attributes set.",
  );
});

test("ports get addresses of subnets, and keep them from being deleted, unless hosts make their own", async () => {
  const id = await network();
  const subnet = await made(id, { ...v4, allocation_pools: [pool("10.0.0.50", "10.0.0.51")] });
  const create = () => cloud.call(cloud.demo, "POST", "ports", { port: { network_id: id } });
  const port = (await create()).body.port;
  expect(port.fixed_ips).toEqual([{ subnet_id: subnet.id, ip_address: "10.0.0.50" }]);
  await create();
  expect(await create()).toMatchObject({
    status: 409,
    body: {
      NeutronError: {
        type: "IpAddressGenerationFailure",
        message: `No more IP addresses available on network ${id}.`,
      },
    },
  });
  expect(await cloud.call(cloud.demo, "DELETE", `subnets/${subnet.id}`)).toMatchObject({
    status: 409,
    body: {
      NeutronError: {
        type: "SubnetInUse",
        message: `Unable to complete operation on subnet ${subnet.id}: One or more ports have an IP allocation from this subnet.`,
      },
    },
  });
  const auto = await made(id, { ...v6, ipv6_ra_mode: "slaac", ipv6_address_mode: "slaac" });
  const show = async () => (await cloud.call(cloud.demo, "GET", `ports/${port.id}`)).body.port;
  expect((await show()).fixed_ips.map((ip: { subnet_id: string }) => ip.subnet_id)).toEqual([subnet.id, auto.id]);
  expect((await cloud.call(cloud.demo, "DELETE", `subnets/${auto.id}`)).status).toBe(204);
  expect((await show()).fixed_ips).toEqual(port.fixed_ips);
  expect((await cloud.call(cloud.demo, "GET", `networks/${id}`)).body.network.subnets).toEqual([subnet.id]);
});

test("a freed address is given again", async () => {
  const id = await network();
  await made(id, v4);
  const create = async () => (await cloud.call(cloud.demo, "POST", "ports", { port: { network_id: id } })).body.port;
  const first = await create();
  await create();
  await cloud.call(cloud.demo, "DELETE", `ports/${first.id}`);
  expect((await create()).fixed_ips).toEqual(first.fixed_ips);
});

test("500 ports asked for at once have 500 addresses", { timeout: 120_000 }, async () => {
  const id = (await cloud.call(cloud.admin, "POST", "networks", { network: { name: "large" } })).body.network.id;
  await cloud.call(cloud.admin, "POST", "subnets", { subnet: { network_id: id, ip_version: 4, cidr: "10.8.0.0/22" } });
  const replies = await Promise.all(
    Array.from({ length: 500 }, () => cloud.call(cloud.admin, "POST", "ports", { port: { network_id: id } })),
  );
  expect(replies.map((reply) => reply.status)).toEqual(Array(500).fill(201));
  expect(new Set(replies.map((reply) => reply.body.port.fixed_ips[0].ip_address)).size).toBe(500);
});

test("subnets of shared networks are seen by all, and are found by that", async () => {
  const { id } = (await cloud.call(cloud.admin, "POST", "networks", { network: { shared: true } })).body.network;
  const asked = { subnet: { network_id: id, ip_version: 4, cidr: "10.0.0.0/24" } };
  const subnet = (await cloud.call(cloud.admin, "POST", "subnets", asked)).body.subnet;
  expect(subnet).not.toHaveProperty("shared");
  const ids = async (query: string) =>
    (await cloud.call(cloud.demo, "GET", `subnets?${query}`)).body.subnets.map((one: { id: string }) => one.id);
  expect(await ids("shared=True")).toEqual([subnet.id]);
  expect(await ids("shared=False")).not.toContain(subnet.id);
  expect((await cloud.call(cloud.demo, "DELETE", `subnets/${subnet.id}`)).status).toBe(403);
});

test("a router's gateway address keeps its subnet as it is", async () => {
  const id = await network();
  const subnet = await made(id, v4);
  const router = (await cloud.call(cloud.demo, "POST", "routers", { router: { name: "r" } })).body.router;
  const act = (name: string) => cloud.call(cloud.demo, "PUT", `routers/${router.id}/${name}`, { subnet_id: subnet.id });
  const port = (await act("add_router_interface")).body.port_id;
  const moved = { gateway_ip: "10.0.0.254", allocation_pools: [pool("10.0.0.2", "10.0.0.100")] };
  expect(await put(subnet.id, moved)).toMatchObject({
    status: 409,
    body: {
      NeutronError: {
        type: "GatewayIpInUse",
        message: `Current gateway ip 10.0.0.1 already in use by port ${port}. Unable to update.`,
      },
    },
  });
  expect((await cloud.call(cloud.demo, "DELETE", `subnets/${subnet.id}`)).body.NeutronError.type).toBe("SubnetInUse");
  await act("remove_router_interface");
  expect((await put(subnet.id, moved)).body.subnet).toMatchObject(moved);
  expect((await cloud.call(cloud.demo, "DELETE", `subnets/${subnet.id}`)).status).toBe(204);
});

test("a subnet with only a DHCP server's port can go", async () => {
  const id = await network();
  const subnet = await made(id, v4);
  const dhcp = { network_id: id, device_owner: "network:dhcp", device_id: "dhcp-server" };
  const port = (await cloud.call(cloud.demo, "POST", "ports", { port: dhcp })).body.port;
  expect(port.fixed_ips).toHaveLength(1);
  expect((await cloud.call(cloud.demo, "DELETE", `subnets/${subnet.id}`)).status).toBe(204);
  const { status, body } = await cloud.call(cloud.admin, "GET", `ports/${port.id}`);
  expect(status === 404 || body.port.fixed_ips.length === 0).toBe(true);
});

test("bulk creates all subnets or none", async () => {
  const id = await network();
  const both = (second: string) => ({
    subnets: ["10.0.0.0/24", second].map((cidr) => ({ network_id: id, ip_version: 4, cidr })),
  });
  const refused = await cloud.call(cloud.demo, "POST", "subnets", both("10.0.0.0/25"));
  expect(refused.status).toBe(400);
  const seen = async () => (await cloud.call(cloud.demo, "GET", `networks/${id}`)).body.network.subnets;
  expect(await seen()).toEqual([]);
  const { body } = await cloud.call(cloud.demo, "POST", "subnets", both("10.0.1.0/24"));
  expect(await seen()).toEqual(body.subnets.map((one: { id: string }) => one.id));
});
