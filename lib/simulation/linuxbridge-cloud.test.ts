/** A cloud whose network node has Linux bridges: DHCP and legacy routers work there as they do with Open vSwitch. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TraceQuery } from "../api/http.ts";
import { checkCloud } from "../check/check.ts";
import { traceCloud } from "../explain/trace.ts";
import type { HostState } from "../host/state.ts";
import { type TestCloud, testCloud } from "./testing/cloud.ts";
import { cloudOf } from "./world.ts";

let cloud: TestCloud;
const made: Record<string, string> = {};

beforeAll(async () => {
  cloud = await testCloud("linuxbridge");
  const { make, guest } = cloud;
  const outside = await make("networks", "network", {
    name: "public",
    "router:external": true,
    "provider:network_type": "flat",
    "provider:physical_network": "extern",
  });
  await make("subnets", "subnet", { network_id: outside.id, ip_version: 4, cidr: "172.24.4.0/24", enable_dhcp: false });
  const group = await make("security-groups", "security_group", { name: "open" });
  for (const protocol of ["icmp", "tcp"])
    await make("security-group-rules", "security_group_rule", {
      ...{ security_group_id: group.id, direction: "ingress", protocol },
    });
  const { id: router } = await make("routers", "router", {
    name: "r",
    distributed: false,
    external_gateway_info: { network_id: outside.id },
  });
  for (const [i, type] of ["vlan", "vxlan"].entries()) {
    const physical =
      type === "vlan" ? { "provider:physical_network": "physnet1", "provider:segmentation_id": 100 } : {};
    const network = await make("networks", "network", { name: type, "provider:network_type": type, ...physical });
    const subnet = await make("subnets", "subnet", { network_id: network.id, ip_version: 4, cidr: `10.0.${i}.0/24` });
    const { body } = await cloud.service.call(cloud.service.admin, "PUT", `routers/${router}/add_router_interface`, {
      subnet_id: subnet.id,
    });
    expect(body.port_id).toBeDefined();
    made[type] = (await guest("compute3", network.id, { name: type, security_groups: [group.id] })).id;
  }
  made.router = router;
  const floating = await make("floatingips", "floatingip", { floating_network_id: outside.id, port_id: made.vlan });
  made.floating = floating.floating_ip_address;
  await cloud.simulation.settled();
  await cloud.simulation.settled();
});
afterAll(() => cloud?.close());

function host(name: string): HostState {
  const found = cloud.simulation.moment().hosts.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

function verdict(query: TraceQuery) {
  return [...traceCloud(cloudOf(cloud.simulation.moment()), query)].at(-1);
}

test("each port of the network node is a pair into its network's bridge", () => {
  const network1 = host("network1");
  const [root] = network1.namespaces;
  const router = network1.namespaces.find((one) => one.name === `qrouter-${made.router}`);
  const inside = router?.links.map((one) => one.name).filter((name) => name !== "lo") ?? [];
  expect(inside.map((name) => name.slice(0, 3)).sort()).toEqual(["qg-", "qr-", "qr-"]);
  for (const name of inside) {
    const outer = root?.links.find((one) => one.name === `tap${name.slice(3)}`);
    expect(outer).toMatchObject({ kind: "veth", up: true, carrier: true, linkNetns: router?.name });
    expect(outer?.master).toMatch(/^brq/);
  }
  const served = network1.dnsmasq.map((one) => one.interface);
  expect(served).toHaveLength(2);
  for (const name of served) expect(name).toMatch(/^ns-[0-9a-f]{8}-[0-9a-f]{2}$/);
  expect(root?.sysctls[`net.ipv6.conf.tap${inside[0]?.slice(3)}.disable_ipv6`]).toBe("1");
});

test.each([
  ["a guest gets its address", { from: "vlan", proto: "dhcp" }],
  ["over a tunnel, too", { from: "vxlan", proto: "dhcp" }],
  ["the router connects networks", { from: "vlan", to: "vxlan", proto: "icmp" }],
  ["the floating IP is reached from outside", { from: "172.24.4.1", to: "floating", proto: "tcp", dport: 22 }],
  ["what has none leaves translated", { from: "vxlan", to: "172.24.4.1", proto: "icmp" }],
] as const)("%s", (_, { from, ...query }) => {
  const to = "to" in query && query.to === "floating" ? made.floating : "to" in query ? query.to : undefined;
  const port = (name: string) => made[name] ?? name;
  const asked = { ...query, from: port(from), ...(to === undefined ? {} : { to: port(to) }) } as TraceQuery;
  expect(verdict(asked)).toMatchObject({ kind: "verdict", outcome: "delivered" });
});

test("the check finds nothing", () => {
  const { simulation } = cloud;
  const moment = simulation.moment();
  const views = new Map(moment.hosts.flatMap(({ name }) => [[name, simulation.view(name)] as const]));
  const known = new Map([...views].flatMap(([name, view]) => (view ? [[name, view] as const] : [])));
  expect(checkCloud(cloudOf(moment), known).hosts.flatMap((one) => one.differences)).toEqual([]);
});

test("with a floating IP connections by it end", async () => {
  const { service, simulation } = cloud;
  const { body } = await service.call(service.admin, "GET", "floatingips");
  await service.call(service.admin, "DELETE", `floatingips/${body.floatingips[0].id}`);
  await simulation.settled();
  const commands = simulation.history("network1").flatMap((deed) => deed.commands);
  const inRouter = `ip netns exec qrouter-${made.router} conntrack -D`;
  expect(commands.filter((line) => line.includes("conntrack -D"))).toEqual([
    `${inRouter} -d ${made.floating}`,
    `${inRouter} -q ${made.floating}`,
  ]);
});
