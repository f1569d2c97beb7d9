import { afterAll, beforeAll, expect, test } from "vitest";
import hosting from "../../demo/legacy/api/router-dbf66ea4-91da-4a1b-b9b1-8cbcea946e95-l3-agents.json" with {
  type: "json",
};
import { type Lab, lab } from "./testing/lab.ts";

let cloud: Lab;
let id: string;
let centre: string;
let compute: string;
beforeAll(async () => {
  cloud = await lab();
  ({ id } = await cloud.make(cloud.demo, "routers", "router", {
    external_gateway_info: { network_id: cloud.publicId },
  }));
  const { agents } = await cloud.get(cloud.admin, "agents?agent_type=L3%20agent");
  const on = (host: string) => agents.find((agent: { host: string }) => agent.host === host).id;
  [centre, compute] = [on("network1"), on("compute1")];
});
afterAll(() => cloud.close());

const agentsOf = async () => (await cloud.get(cloud.admin, `routers/${id}/l3-agents`)).agents;
const statuses = async () =>
  (await cloud.get(cloud.admin, `ports?device_id=${id}`)).ports.map((port: { status: string }) => port.status);
const routersOn = async (agent: string) => (await cloud.get(cloud.admin, `agents/${agent}/l3-routers`)).routers;

test("a router is hosted by an agent that can, which can be taken from it and given again", async () => {
  const [agent, ...more] = await agentsOf();
  expect(more).toEqual([]);
  expect(Object.keys(agent).sort()).toEqual(Object.keys(hosting.agents[0] ?? {}).sort());
  expect(agent).toMatchObject({ id: centre, host: "network1", ha_state: null });
  expect(await routersOn(centre)).toMatchObject([{ id }]);
  expect((await cloud.call(cloud.admin, "DELETE", `agents/${centre}/l3-routers/${id}`)).status).toBe(204);
  expect(await agentsOf()).toEqual([]);
  expect(await routersOn(centre)).toEqual([]);
  expect(await statuses()).toEqual(["DOWN"]);
  const reply = await cloud.call(cloud.admin, "POST", `agents/${centre}/l3-routers`, { router_id: id });
  expect([reply.status, reply.body]).toEqual([201, null]);
  expect(await agentsOf()).toMatchObject([{ id: centre }]);
  expect(await statuses()).toEqual(["ACTIVE"]);
});

test("agents in DVR mode are given no routers", async () => {
  expect(await cloud.refused(cloud.admin, "POST", `agents/${compute}/l3-routers`, { router_id: id })).toBe(
    "409 DVRL3CannotAssignToDvrAgent: Not allowed to manually assign a router to an agent in 'dvr' mode.",
  );
  expect(await cloud.refused(cloud.admin, "DELETE", `agents/${compute}/l3-routers/${id}`)).toBe(
    "409 DVRL3CannotRemoveFromDvrAgent: Not allowed to manually remove a router from an agent in 'dvr' mode.",
  );
  const { agents } = await cloud.get(cloud.admin, "agents?agent_type=DHCP%20agent");
  expect(await cloud.refused(cloud.admin, "POST", `agents/${agents[0].id}/l3-routers`, { router_id: id })).toBe(
    `404 InvalidL3Agent: Agent ${agents[0].id} is not a L3 Agent or has been disabled`,
  );
  expect(await cloud.refused(cloud.admin, "POST", `agents/${centre}/l3-routers`, { router_id: centre })).toBe(
    `404 RouterNotFound: Router ${centre} could not be found`,
  );
});

test("agents are administrators' business", async () => {
  for (const path of [`agents/${centre}/l3-routers`, `routers/${id}/l3-agents`])
    expect((await cloud.call(cloud.demo, "GET", path)).status).toBe(403);
  expect((await cloud.call(cloud.demo, "POST", `agents/${centre}/l3-routers`, { router_id: id })).status).toBe(403);
});
