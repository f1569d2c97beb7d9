/** What somebody sets right by hand while an agent is stopped, the agent finds when it starts, and does no second time. */
import { expect, test } from "vitest";
import { checkCloud } from "../check/check.ts";
import { parseCommands } from "../host/command/shell.ts";
import { compareHosts, differenceText } from "../intent/compare.ts";
import { agents } from "../neutron/agent/agents.ts";
import { startAgent, stopAgent } from "./agent-control.ts";
import { type TestCloud, testCloud } from "./testing/cloud.ts";
import { cloudOf } from "./world.ts";

async function look({ simulation }: TestCloud) {
  await simulation.settled();
  await simulation.settled();
  const moment = simulation.moment();
  const views = new Map(
    moment.hosts.flatMap(({ name }) => {
      const view = simulation.view(name);
      return view ? [[name, view] as const] : [];
    }),
  );
  return checkCloud(cloudOf(moment), views).hosts.filter((one) => one.checked);
}

/** A cloud with two networks, a router and a guest on each host. */
async function prepared() {
  const cloud = await testCloud();
  const { service, make } = cloud;
  const external = { "router:external": true, "provider:network_type": "flat", "provider:physical_network": "extern" };
  const outside = await make("networks", "network", { name: "public", ...external });
  await make("subnets", "subnet", { network_id: outside.id, ip_version: 4, cidr: "172.24.4.0/24", enable_dhcp: false });
  const [a, b] = [await make("networks", "network", { name: "a" }), await make("networks", "network", { name: "b" })];
  const subnets = [
    await make("subnets", "subnet", { network_id: a.id, ip_version: 4, cidr: "10.0.0.0/24" }),
    await make("subnets", "subnet", { network_id: b.id, ip_version: 4, cidr: "10.0.1.0/24" }),
  ];
  const router = await make("routers", "router", {
    name: "r",
    distributed: false,
    external_gateway_info: { network_id: outside.id },
  });
  await service.call(service.admin, "PUT", `routers/${router.id}/add_router_interface`, { subnet_id: subnets[0].id });
  const port = await cloud.guest("compute1", a.id);
  for (const host of ["compute2", "compute3"]) await cloud.guest(host, a.id);
  return { cloud, outside, a, b, subnets, router, port };
}

type Prepared = Awaited<ReturnType<typeof prepared>>;

/** What each agent misses, by its host and type. */
const MISSED: readonly [host: string, type: string, ...changes: ((on: Prepared) => Promise<unknown>)[]][] = [
  ["compute1", "Open vSwitch agent", rule, ({ cloud, b }) => cloud.guest("compute1", b.id)],
  ["compute3", "Linux bridge agent", rule, ({ cloud, b }) => cloud.guest("compute3", b.id)],
  [
    "network1",
    "DHCP agent",
    ({ cloud, subnets }) => put(cloud, `subnets/${subnets[0].id}`, { subnet: { dns_nameservers: ["10.0.0.53"] } }),
    ({ cloud, a }) => cloud.make("ports", "port", { network_id: a.id }),
    // dnsmasq knows no such option.
    ({ cloud, port }) =>
      put(cloud, `ports/${port.id}`, { port: { extra_dhcp_opts: [{ opt_name: "boot file", opt_value: "a b" }] } }),
  ],
  [
    "network1",
    "L3 agent",
    ({ cloud, outside, port }) =>
      cloud.make("floatingips", "floatingip", { floating_network_id: outside.id, port_id: port.id }),
    ({ cloud, router }) => {
      const routes = [{ destination: "10.9.0.0/24", nexthop: "10.0.0.77" }];
      return put(cloud, `routers/${router.id}`, { router: { routes } });
    },
  ],
  [
    "network1",
    "Open vSwitch agent",
    ({ cloud, router, subnets }) =>
      put(cloud, `routers/${router.id}/add_router_interface`, { subnet_id: subnets[1].id }),
  ],
];

async function put({ service }: TestCloud, path: string, body: object): Promise<void> {
  const { status } = await service.call(service.admin, "PUT", path, body);
  expect(status).toBe(200);
}

async function rule({ cloud, port }: Prepared): Promise<void> {
  await cloud.make("security-group-rules", "security_group_rule", {
    ...{ security_group_id: port.security_groups[0], direction: "ingress", protocol: "tcp" },
    ...{ port_range_min: 22, port_range_max: 22 },
  });
}

test.each(MISSED)("on %s, of the %s", async (name, agent_type, ...changes) => {
  const on = await prepared();
  const { cloud } = on;
  const { neutron, store } = cloud.service;
  const [agent] = await agents.list(store.read, { keys: { agent_type, host: name } });
  const id = agent?.id ?? "";
  expect((await look(cloud)).flatMap((one) => one.differences)).toEqual([]);
  await stopAgent(neutron, id);
  for (const change of changes) await change(on);
  const missed = await look(cloud);
  expect(missed.flatMap((one) => (one.differences.length > 0 ? [one.name] : []))).toEqual([name]);
  expect(new Set(missed.flatMap((one) => one.differences.map((difference) => difference.waitsFor)).flat())).toEqual(
    new Set([agent_type]),
  );
  const repair = parseCommands(missed.find((one) => one.name === name)?.repair ?? "");
  expect(await cloud.simulation.byHand(name, repair)).toBeUndefined();
  expect((await look(cloud)).flatMap((one) => one.differences)).toEqual([]);
  await startAgent(neutron, id);
  expect((await look(cloud)).flatMap((one) => one.differences)).toEqual([]);
  const host = cloud.simulation.moment().hosts.find((one) => one.name === name);
  const intended = cloud.simulation.intended(name);
  if (!host || !intended) throw new Error("no such host");
  expect(compareHosts(host, intended, { numbers: "named" }).map(differenceText)).toEqual([]);
  expect(host).toBe(intended);
  await cloud.close();
});

test("what a repair plugged anew, agents at work go on from", async () => {
  const { cloud, port } = await prepared();
  const { service, simulation } = cloud;
  const differences = async () => (await look(cloud)).flatMap((one) => one.differences);
  await simulation.settled();
  await simulation.byHand("compute1", parseCommands(`ovs-vsctl del-port qvo${port.id.slice(0, 11)}`));
  const broken = (await look(cloud)).find((one) => one.name === "compute1");
  expect(broken?.differences.length).toBeGreaterThan(0);
  await simulation.byHand("compute1", parseCommands(broken?.repair ?? ""));
  expect(await differences()).toEqual([]);
  await put(cloud, `ports/${port.id}`, { port: { allowed_address_pairs: [{ ip_address: "10.9.9.9" }] } });
  expect(await differences()).toEqual([]);
  await service.call(service.admin, "DELETE", `ports/${port.id}`);
  expect(await differences()).toEqual([]);
  await cloud.close();
});
