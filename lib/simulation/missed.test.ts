/** A host lacks what was given to its stopped agents, although no port is bound there yet. */
import { expect, test } from "vitest";
import { checkCloud } from "../check/check.ts";
import { agents } from "../neutron/agent/agents.ts";
import { startAgent, stopAgent } from "./agent-control.ts";
import { type TestCloud, testCloud } from "./testing/cloud.ts";
import { cloudOf } from "./world.ts";

async function missing({ simulation }: TestCloud): Promise<string[]> {
  await simulation.settled();
  await simulation.settled();
  const moment = simulation.moment();
  const views = new Map(
    moment.hosts.flatMap(({ name }) => {
      const view = simulation.view(name);
      return view ? [[name, view] as const] : [];
    }),
  );
  const { hosts } = checkCloud(cloudOf(moment), views);
  return hosts.flatMap((one) =>
    one.differences.map(({ kind, place, name, waitsFor }) => `${one.name}: ${kind} ${place.netns} ${name} ${waitsFor}`),
  );
}

test.each([
  [false, "qrouter", ["qg", "qr"]],
  [true, "snat", ["qg", "sg"]],
])("a router and a network (distributed: %s)", async (distributed, kind, devices) => {
  const cloud = await testCloud();
  const { service, make } = cloud;
  const { admin, neutron, store } = service;
  const ids: string[] = [];
  for (const agent_type of ["DHCP agent", "L3 agent"])
    for (const { id } of await agents.list(store.read, { keys: { agent_type, host: "network1" } })) ids.push(id);
  for (const id of ids) await stopAgent(neutron, id);
  const external = { "router:external": true, "provider:network_type": "flat", "provider:physical_network": "extern" };
  const outside = await make("networks", "network", { name: "public", ...external });
  await make("subnets", "subnet", { network_id: outside.id, ip_version: 4, cidr: "172.24.4.0/24", enable_dhcp: false });
  const network = await make("networks", "network", { name: "n" });
  const subnet = await make("subnets", "subnet", { network_id: network.id, ip_version: 4, cidr: "10.0.0.0/24" });
  const external_gateway_info = { network_id: outside.id };
  const router = await make("routers", "router", { name: "r", distributed, external_gateway_info });
  await service.call(admin, "PUT", `routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });

  expect((await missing(cloud)).toSorted()).toEqual([
    `network1: missing qdhcp-${network.id} qdhcp-${network.id} DHCP agent`,
    ...devices.map((one) => expect.stringMatching(`^network1: missing ${kind}-${router.id} ${one}-\\S+ L3 agent$`)),
  ]);
  for (const id of ids) await startAgent(neutron, id);
  expect(await missing(cloud)).toEqual([]);
  await cloud.close();
});
