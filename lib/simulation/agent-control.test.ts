import { expect, test } from "vitest";
import { agents } from "../neutron/agent/agents.ts";
import { prepareAgents } from "../neutron/agent/hosts.ts";
import { testService } from "../neutron/testing/service.ts";
import { startAgent, stopAgent } from "./agent-control.ts";

test("a stopped agent connects no ports; once it is started, it reports those that it finds", async () => {
  const service = await testService();
  const { admin, neutron, store } = service;
  await neutron.change(admin, prepareAgents);
  const [agent] = await agents.list(store.read, { keys: { agent_type: "Open vSwitch agent", host: "compute1" } });
  const id = agent?.id ?? "";
  await stopAgent(neutron, id);
  const { body } = await service.call(admin, "POST", "networks", { network: { name: "n" } });
  const port = await service.call(admin, "POST", "ports", {
    port: { network_id: body.network.id, device_owner: "compute:nova", device_id: "vm", "binding:host_id": "compute1" },
  });
  const status = async () => (await service.call(admin, "GET", `ports/${port.body.port.id}`)).body.port.status;
  expect(await status()).toBe("DOWN");
  await startAgent(neutron, id);
  expect(await status()).toBe("ACTIVE");
  await service.close();
});

test("a stopped DHCP or L3 agent takes up no port; once it is started, it does what it missed", async () => {
  const service = await testService();
  const { admin, neutron, store } = service;
  await neutron.change(admin, prepareAgents);
  const ids = ["DHCP agent", "L3 agent"].map(async (agent_type) => {
    const [agent] = await agents.list(store.read, { keys: { agent_type, host: "network1" } });
    return agent?.id ?? "";
  });
  for (const id of await Promise.all(ids)) await stopAgent(neutron, id);
  const make = async (kind: string, values: object) =>
    (await service.call(admin, "POST", `${kind}s`, { [kind]: values })).body[kind];
  const network = await make("network", { name: "n" });
  const subnet = await make("subnet", { network_id: network.id, ip_version: 4, cidr: "10.0.0.0/24" });
  const router = await make("router", { name: "r" });
  await service.call(admin, "PUT", `routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
  const found = async () =>
    (await service.call(admin, "GET", "ports")).body.ports
      .map((port: Record<string, string>) => `${port.device_owner} ${port.status} ${port["binding:host_id"]}`)
      .sort();
  expect(await found()).toEqual(["network:router_interface DOWN "]);
  for (const id of await Promise.all(ids)) await startAgent(neutron, id);
  expect(await found()).toEqual(["network:dhcp ACTIVE network1", "network:router_interface ACTIVE network1"]);
  await service.close();
});
