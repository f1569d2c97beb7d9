import { afterAll, beforeAll, expect, test, vi } from "vitest";
import recordedZones from "../../demo/legacy/api/availability_zones.json" with { type: "json" };
import recordedAgents from "../../demo/legacy/api/network-6f1232c9-5d5f-4d14-bf55-5520c6ff9405-dhcp-agents.json" with {
  type: "json",
};
import recordedPorts from "../../demo/legacy/api/ports.json" with { type: "json" };
import recordedProviders from "../../demo/legacy/api/service-providers.json" with { type: "json" };
import { serviceContext } from "../../identity/context.ts";
import { DEFAULT_CONFIG } from "../config/config.ts";
import { type TestService, testService } from "../testing/service.ts";
import { DHCP_AGENT, registerAgent } from "./agents.ts";
import { failOverDhcp } from "./dhcp-failover.ts";
import { dhcpDeviceId } from "./dhcp-port.ts";
import { prepareAgents } from "./hosts.ts";

let cloud: TestService;
const failures: unknown[] = [];
beforeAll(async () => {
  cloud = await testService(undefined, { report: (error) => failures.push(error) });
  await cloud.neutron.change(serviceContext(), prepareAgents);
});
afterAll(async () => {
  await cloud.close();
  expect(failures).toEqual([]);
});

const call = async (method: string, path: string, body?: object) => cloud.call(cloud.admin, method, path, body);
const newNetwork = async (more: object = {}): Promise<{ id: string; project_id: string }> =>
  (await call("POST", "networks", { network: { name: "n", ...more } })).body.network;
const newSubnet = async (network_id: string, cidr: string, more: object = {}) =>
  (await call("POST", "subnets", { subnet: { network_id, cidr, ip_version: cidr.includes(":") ? 6 : 4, ...more } }))
    .body.subnet;
const dhcpPorts = async (networkId: string) =>
  (await call("GET", `ports?network_id=${networkId}&device_owner=network:dhcp`)).body.ports;
const servingAgents = async (networkId: string) => (await call("GET", `networks/${networkId}/dhcp-agents`)).body.agents;
const agentOf = async (host: string) =>
  (await call("GET", `agents?agent_type=${encodeURIComponent(DHCP_AGENT)}&host=${host}`)).body.agents[0];

test("a network with a subnet is served by an agent, through a port as real agents make it", async () => {
  const network = await newNetwork();
  expect(await servingAgents(network.id)).toEqual([]);
  expect(await dhcpPorts(network.id)).toEqual([]);
  await newSubnet(network.id, "10.1.0.0/24");
  const [agent, ...others] = await servingAgents(network.id);
  expect(others).toEqual([]);
  expect(agent.host).toBe("network1");
  expect(Object.keys(agent).sort()).toEqual(Object.keys(recordedAgents.agents[0] ?? {}).sort());
  const [port, ...more] = await dhcpPorts(network.id);
  expect(more).toEqual([]);
  const real = recordedPorts.ports.find((one) => one.device_owner === "network:dhcp");
  expect(Object.keys(port)).toEqual(expect.arrayContaining(Object.keys(real ?? {})));
  expect(port).toMatchObject({
    project_id: network.project_id,
    device_id: dhcpDeviceId(network.id, "network1"),
    "binding:host_id": "network1",
    "binding:vif_type": "ovs",
    fixed_ips: [{ ip_address: "10.1.0.2" }],
    security_groups: [],
    port_security_enabled: false,
    status: "ACTIVE",
  });
  expect((await call("GET", `networks/${network.id}`)).body.network.availability_zones).toEqual(["nova"]);
});

test("the device's id names host and network as Neutron's does", () => {
  const network = "6f1232c9-5d5f-4d14-bf55-5520c6ff9405";
  expect(dhcpDeviceId(network, "network1")).toBe(`dhcp79ac16b7-042f-5762-9c87-2b0b99a9dacb-${network}`);
});

test("the port follows the subnets, and goes with the last that has DHCP", async () => {
  const network = await newNetwork();
  const first = await newSubnet(network.id, "10.2.0.0/24");
  const second = await newSubnet(network.id, "10.3.0.0/24");
  const addresses = async () =>
    (await dhcpPorts(network.id)).flatMap((port: { fixed_ips: { subnet_id: string; ip_address: string }[] }) =>
      port.fixed_ips.map((ip) => ip.ip_address),
    );
  expect(await addresses()).toEqual(["10.2.0.2", "10.3.0.2"]);
  await call("PUT", `subnets/${first.id}`, { subnet: { enable_dhcp: false } });
  expect(await addresses()).toEqual(["10.3.0.2"]);
  await call("PUT", `subnets/${first.id}`, { subnet: { enable_dhcp: true } });
  expect((await addresses()).sort()).toEqual(["10.2.0.2", "10.3.0.2"]);
  expect((await call("DELETE", `subnets/${second.id}`)).status).toBe(204);
  expect(await addresses()).toEqual(["10.2.0.2"]);
  expect((await call("DELETE", `subnets/${first.id}`)).status).toBe(204);
  expect(await dhcpPorts(network.id)).toEqual([]);
});

test("a network whose only port is the agent's can be deleted at once", async () => {
  const network = await newNetwork();
  await newSubnet(network.id, "10.4.0.0/24");
  expect((await call("DELETE", `networks/${network.id}`)).status).toBe(204);
  expect(await servingAgents(network.id)).toEqual([]);
  const { networks } = (await call("GET", `agents/${(await agentOf("network1")).id}/dhcp-networks`)).body;
  expect(networks.map((one: { id: string }) => one.id)).not.toContain(network.id);
});

test("administrators give networks to agents and take them away; the addresses stay", async () => {
  const network = await newNetwork();
  await newSubnet(network.id, "10.5.0.0/24");
  const { id } = await agentOf("network1");
  const networksOf = async () =>
    (await call("GET", `agents/${id}/dhcp-networks`)).body.networks.map((one: { id: string }) => one.id);
  expect(await networksOf()).toContain(network.id);
  const twice = await call("POST", `agents/${id}/dhcp-networks`, { network_id: network.id });
  expect([twice.status, twice.body.NeutronError]).toEqual([
    409,
    {
      type: "NetworkHostedByDHCPAgent",
      message: `The network ${network.id} has been already hosted by the DHCP Agent ${id}.`,
      detail: "",
    },
  ]);
  expect((await call("DELETE", `agents/${id}/dhcp-networks/${network.id}`)).status).toBe(204);
  expect(await networksOf()).not.toContain(network.id);
  const again = await call("DELETE", `agents/${id}/dhcp-networks/${network.id}`);
  expect([again.status, again.body.NeutronError.type]).toEqual([409, "NetworkNotHostedByDhcpAgent"]);
  const [reserved] = await dhcpPorts(network.id);
  expect(reserved.device_id).toBe("reserved_dhcp_port");
  expect((await call("POST", `agents/${id}/dhcp-networks`, { network_id: network.id })).status).toBe(201);
  const [taken] = await dhcpPorts(network.id);
  expect([taken.id, taken.fixed_ips]).toEqual([reserved.id, reserved.fixed_ips]);
  expect(taken.device_id).toBe(dhcpDeviceId(network.id, "network1"));
  const other = (await call("GET", "agents?host=compute1")).body.agents[0];
  const wrong = await call("POST", `agents/${other.id}/dhcp-networks`, { network_id: network.id });
  expect([wrong.status, wrong.body.NeutronError.type]).toEqual([404, "InvalidDHCPAgent"]);
  for (const path of [`agents/${id}/dhcp-networks`, `networks/${network.id}/dhcp-agents`])
    expect((await cloud.call(cloud.demo, "GET", path)).status).toBe(403);
});

test("a network asks for zones, of which there must be agents", async () => {
  const refused = await call("POST", "networks", { network: { availability_zone_hints: ["mars"] } });
  expect([refused.status, refused.body.NeutronError]).toEqual([
    404,
    { type: "AvailabilityZoneNotFound", message: "AvailabilityZone mars could not be found.", detail: "" },
  ]);
  const report = {
    agent_type: DHCP_AGENT,
    binary: "neutron-dhcp-agent",
    host: "network2",
    topic: "dhcp_agent",
    availability_zone: "mars",
    configurations: {},
  };
  await cloud.neutron.change(serviceContext(), (change) => registerAgent(change, report));
  const network = await newNetwork({ availability_zone_hints: ["mars"] });
  await newSubnet(network.id, "10.6.0.0/24");
  expect((await servingAgents(network.id)).map((agent: { host: string }) => agent.host)).toEqual(["network2"]);
  const { id } = await agentOf("network2");
  await call("DELETE", `agents/${id}`);
  expect(await servingAgents(network.id)).toEqual([]);
});

test("zones and service providers are those of a real cloud", async () => {
  const sorted = (views: { name: string; resource?: string }[]) =>
    views.toSorted((a, b) => `${a.name}${a.resource}`.localeCompare(`${b.name}${b.resource}`));
  const zones = (await cloud.call(cloud.demo, "GET", "availability_zones")).body.availability_zones;
  expect(sorted(zones)).toEqual(recordedZones.availability_zones);
  expect((await call("GET", "availability_zones?resource=router")).body.availability_zones).toHaveLength(1);
  expect((await call("GET", "service-providers")).body).toEqual(recordedProviders);
});

test("an agent that is switched off gives up its ports, and makes them again when it is switched on", async () => {
  const network = await newNetwork();
  await newSubnet(network.id, "10.7.0.0/24");
  const { id } = await agentOf("network1");
  expect(await dhcpPorts(network.id)).toHaveLength(1);
  await call("PUT", `agents/${id}`, { agent: { admin_state_up: false } });
  expect(await dhcpPorts(network.id)).toEqual([]);
  await call("PUT", `agents/${id}`, { agent: { admin_state_up: true } });
  expect(await dhcpPorts(network.id)).toHaveLength(1);
});

test("agents count what they serve", async () => {
  const { configurations: before } = await agentOf("network1");
  const network = await newNetwork();
  await newSubnet(network.id, "10.8.0.0/24");
  await call("POST", "ports", { port: { network_id: network.id } });
  const { configurations: after } = await agentOf("network1");
  expect(after.networks - before.networks).toBe(1);
  expect(after.subnets - before.subnets).toBe(1);
  expect(after.ports - before.ports).toBe(2);
});

test("networks of an agent that is dead for long go to one that lives, with their addresses", async () => {
  const network = await newNetwork();
  await newSubnet(network.id, "10.9.0.0/24");
  const [before] = await dhcpPorts(network.id);
  const report = {
    agent_type: DHCP_AGENT,
    binary: "neutron-dhcp-agent",
    host: "network3",
    topic: "dhcp_agent",
    availability_zone: "nova",
    configurations: {},
  };
  const register = () => cloud.neutron.change(serviceContext(), (change) => registerAgent(change, report));
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 100_000 });
  try {
    const { id } = await register();
    await failOverDhcp(cloud.neutron);
    expect((await servingAgents(network.id))[0].host).toBe("network1");
    vi.setSystemTime(Date.now() + 51_000);
    await register();
    await failOverDhcp(cloud.neutron);
    expect((await servingAgents(network.id)).map((agent: { id: string }) => agent.id)).toEqual([id]);
    const [after] = await dhcpPorts(network.id);
    expect([after.id, after.fixed_ips]).toEqual([before.id, before.fixed_ips]);
    expect(after["binding:host_id"]).toBe("network3");
  } finally {
    vi.useRealTimers();
  }
});

test("several agents of a network are of several zones, and of each zone the one that serves the fewest", async () => {
  const config = { ...DEFAULT_CONFIG, DEFAULT: { ...DEFAULT_CONFIG.DEFAULT, dhcp_agents_per_network: 2 } };
  const wide = await testService(config, { report: (error) => failures.push(error) });
  try {
    for (const [host, availability_zone] of [
      ["a1", "a"],
      ["a2", "a"],
      ["b1", "b"],
    ] as const) {
      const report = {
        agent_type: DHCP_AGENT,
        binary: "neutron-dhcp-agent",
        host,
        topic: "dhcp_agent",
        availability_zone,
        configurations: {},
      };
      await wide.neutron.change(serviceContext(), (change) => registerAgent(change, report));
    }
    const hostsOfNew = async () => {
      const { network } = (await wide.call(wide.admin, "POST", "networks", { network: {} })).body;
      const subnet = { network_id: network.id, ip_version: 4, cidr: "10.0.0.0/24" };
      await wide.call(wide.admin, "POST", "subnets", { subnet });
      const { agents } = (await wide.call(wide.admin, "GET", `networks/${network.id}/dhcp-agents`)).body;
      return agents.map((agent: { host: string }) => agent.host).sort();
    };
    expect(await hostsOfNew()).toEqual(["a1", "b1"]);
    expect(await hostsOfNew()).toEqual(["a2", "b1"]);
  } finally {
    await wide.close();
  }
});
