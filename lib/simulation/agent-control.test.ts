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
