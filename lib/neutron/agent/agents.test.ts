import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import recorded from "../../demo/dvr/api/agents.json" with { type: "json" };
import { serviceContext } from "../../identity/context.ts";
import { settingsOf } from "../../intent/settings.ts";
import { DEFAULT_CONFIG } from "../config/config.ts";
import { type TestService, testService } from "../testing/service.ts";
import { DHCP_AGENT, L3_AGENT, OVS_AGENT, registerAgent } from "./agents.ts";
import { prepareAgents } from "./hosts.ts";
import { startHeartbeats } from "./keep-alive.ts";

let cloud: TestService;
beforeAll(async () => {
  cloud = await testService();
  await cloud.neutron.change(serviceContext(), prepareAgents);
});
afterAll(() => cloud.close());

const fail = (error: unknown) => {
  throw error;
};
const list = async (query = "") => (await cloud.call(cloud.admin, "GET", `agents?${query}`)).body.agents;

test("a new cloud's hosts have agents with the attributes of real ones", async () => {
  const all = await list();
  expect(all.map((agent: { host: string; agent_type: string }) => `${agent.host} ${agent.agent_type}`).sort()).toEqual([
    "compute1 L3 agent",
    "compute1 Metadata agent",
    "compute1 Open vSwitch agent",
    "compute2 L3 agent",
    "compute2 Metadata agent",
    "compute2 Open vSwitch agent",
    "compute3 Linux bridge agent",
    "network1 DHCP agent",
    "network1 L3 agent",
    "network1 Metadata agent",
    "network1 Open vSwitch agent",
  ]);
  for (const real of recorded.agents) {
    const [ours] = await list(`host=${real.host}&agent_type=${encodeURIComponent(real.agent_type)}`);
    expect(Object.keys(ours).sort()).toEqual(Object.keys(real).sort());
    expect(Object.keys(ours.configurations).sort()).toEqual(Object.keys(real.configurations).sort());
    for (const name of ["binary", "topic", "availability_zone", "description", "resources_synced"] as const)
      expect(ours[name]).toEqual(real[name]);
    expect(ours.heartbeat_timestamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  }
});

test("without distributed routing, the network node alone has an L3 agent", async () => {
  const { openvswitch_agent: file } = DEFAULT_CONFIG;
  const agent = { ...file.agent, enable_distributed_routing: false };
  const legacy = await testService({ ...DEFAULT_CONFIG, openvswitch_agent: { ...file, agent } });
  await legacy.neutron.change(serviceContext(), prepareAgents);
  const { body } = await legacy.call(legacy.admin, "GET", `agents?agent_type=${encodeURIComponent(L3_AGENT)}`);
  expect(body.agents).toMatchObject([{ host: "network1", configurations: { agent_mode: "legacy" } }]);
  await legacy.close();
});

test.each([
  ["iptables_hybrid", true, "iptables_hybrid"],
  ["neutron.agent.linux.iptables_firewall.OVSHybridIptablesFirewallDriver", true, "iptables_hybrid"],
  ["openvswitch", false, "openvswitch"],
  ["noop", false, "noop"],
] as const)("hosts have the configured firewall %s", async (firewall_driver, hybrid, firewallDriver) => {
  const { openvswitch_agent: file } = DEFAULT_CONFIG;
  const securitygroup = { ...file.securitygroup, firewall_driver };
  const one = await testService({ ...DEFAULT_CONFIG, openvswitch_agent: { ...file, securitygroup } });
  await one.neutron.change(serviceContext(), prepareAgents);
  const { body } = await one.call(one.admin, "GET", "agents?host=compute1");
  expect(
    body.agents.find((agent: { agent_type: string }) => agent.agent_type === OVS_AGENT).configurations,
  ).toMatchObject({ ovs_hybrid_plug: hybrid });
  expect(settingsOf(body.agents, new Set(["compute1"]))).toMatchObject([{ name: "compute1", firewallDriver }]);
  await one.close();
});

test("an agent is down when it was not heard of for 75 seconds, and up again with the next heartbeat", async () => {
  expect(await list("alive=False")).toEqual([]);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 76_000 });
  try {
    expect(await list("alive=True")).toEqual([]);
    const stop = new AbortController();
    await startHeartbeats(cloud.neutron, stop.signal, fail);
    stop.abort();
    expect(await list("alive=True")).toHaveLength(11);
  } finally {
    vi.useRealTimers();
  }
});

test("administrators alone see and change agents; only two attributes can be changed", async () => {
  const [agent] = await list(`agent_type=${encodeURIComponent(L3_AGENT)}`);
  expect((await cloud.call(cloud.demo, "GET", "agents")).body.agents).toEqual([]);
  for (const [method, body] of [
    ["GET", undefined],
    ["PUT", { agent: { admin_state_up: false } }],
    ["DELETE", undefined],
  ] as const)
    expect((await cloud.call(cloud.demo, method, `agents/${agent.id}`, body)).status).toBe(404);
  const changed = await cloud.call(cloud.admin, "PUT", `agents/${agent.id}`, {
    agent: { admin_state_up: false, description: "to be repaired" },
  });
  expect(changed.body.agent).toMatchObject({ admin_state_up: false, description: "to be repaired", alive: true });
  const refused = await cloud.call(cloud.admin, "PUT", `agents/${agent.id}`, { agent: { host: "x" } });
  expect([refused.status, refused.body.NeutronError.message]).toEqual([400, "Cannot update read-only attribute host"]);
  expect((await cloud.call(cloud.admin, "POST", "agents", { agent: {} })).status).toBe(405);
});

test("an agent that starts again keeps its id, and one that was deleted is new", async () => {
  const [agent] = await list(`agent_type=${encodeURIComponent(DHCP_AGENT)}`);
  const { id, agent_type, binary, host, topic, availability_zone } = agent;
  const report = { agent_type, binary, host, topic, availability_zone, configurations: { x: 7 } };
  const again = await cloud.neutron.change(serviceContext(), (change) => registerAgent(change, report));
  expect(again.id).toBe(id);
  expect((await cloud.call(cloud.admin, "GET", `agents/${id}`)).body.agent.configurations).toMatchObject({ x: 7 });
  expect((await cloud.call(cloud.admin, "DELETE", `agents/${id}`)).status).toBe(204);
  expect((await cloud.call(cloud.admin, "GET", `agents/${id}`)).body.NeutronError).toMatchObject({
    type: "AgentNotFound",
    message: `Agent ${id} could not be found.`,
  });
  const anew = await cloud.neutron.change(serviceContext(), (change) => registerAgent(change, report));
  expect(anew.id).not.toBe(id);
});

test("heartbeats leave no events", async () => {
  const { newest } = await cloud.store.lastEvent();
  const stop = new AbortController();
  await startHeartbeats(cloud.neutron, stop.signal, fail);
  stop.abort();
  expect((await cloud.store.lastEvent()).newest).toBe(newest);
  expect(await list(`alive=True&agent_type=${encodeURIComponent(OVS_AGENT)}`)).toHaveLength(3);
});

test("heartbeats end with their signal, also one that is on its way when the store is closed", async () => {
  const other = await testService();
  await other.neutron.change(serviceContext(), prepareAgents);
  const stop = new AbortController();
  const reported: unknown[] = [];
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    await startHeartbeats(other.neutron, stop.signal, (error) => reported.push(error));
    vi.advanceTimersByTime(60_000);
    stop.abort();
    await other.close();
    vi.advanceTimersByTime(60_000);
  } finally {
    vi.useRealTimers();
  }
  await setImmediate();
  expect(reported).toEqual([]);
});
