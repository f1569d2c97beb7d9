import { afterAll, beforeAll, expect, test } from "vitest";
import { serviceContext } from "../../identity/context.ts";
import { routersOfHost } from "./agent-view.ts";
import { dvrMacList, dvrMacOf } from "./dvr-macs.ts";
import { type Lab, lab } from "./testing/lab.ts";

let cloud: Lab;
let networkId: string;
let subnetId: string;
beforeAll(async () => {
  cloud = await lab();
  ({ networkId, subnetId } = await cloud.network(cloud.demo, "10.0.0.0/24"));
});
afterAll(() => cloud.close());

const call = () => ({ context: serviceContext(), reader: cloud.store.read, neutron: cloud.neutron });
const idsOn = async (host: string) => (await routersOfHost(call(), host)).map(({ router }) => router.id);
const gateway = () => ({ external_gateway_info: { network_id: cloud.publicId } });
const guest = (host: string) =>
  cloud.make(cloud.admin, "ports", "port", {
    network_id: networkId,
    project_id: cloud.demo.projectId,
    device_owner: "compute:nova",
    "binding:host_id": host,
  });

test("a legacy router is where its agent is, with all that it needs", async () => {
  const { id } = await cloud.make(cloud.demo, "routers", "router", gateway());
  const { port_id } = await cloud.act(cloud.demo, id, "add_router_interface", { subnet_id: subnetId });
  const vm = await guest("compute1");
  const fip = await cloud.make(cloud.demo, "floatingips", "floatingip", {
    floating_network_id: cloud.publicId,
    port_id: vm.id,
  });
  expect(await idsOn("compute1")).toEqual([]);
  expect(await idsOn("compute3")).toEqual([]);
  const [view] = await routersOfHost(call(), "network1");
  expect(view).toMatchObject({
    router: { id, enable_snat: true },
    gatewayHost: "network1",
    gateway: { subnets: [{ id: cloud.publicSubnetId }], extraSubnets: [], addressScopes: { 4: null, 6: null } },
    interfaces: [{ port: { id: port_id }, subnets: [{ id: subnetId }] }],
    snatInterfaces: [],
    floatingIps: [{ id: fip.id, host: "compute1", snatBound: false }],
  });
  await cloud.put(cloud.demo, `routers/${id}`, "router", { admin_state_up: false });
  expect(await idsOn("network1")).toEqual([]);
  expect((await cloud.get(cloud.admin, `ports/${port_id}`)).port.status).toBe("DOWN");
  await cloud.call(cloud.demo, "DELETE", `floatingips/${fip.id}`);
  await cloud.act(cloud.demo, id, "remove_router_interface", { subnet_id: subnetId });
});

test("a distributed router is on every host with guests of its networks, floating IPs where their guests are", async () => {
  const { id } = await cloud.make(cloud.admin, "routers", "router", {
    distributed: true,
    tenant_id: cloud.demo.projectId,
    ...gateway(),
  });
  await cloud.act(cloud.demo, id, "add_router_interface", { subnet_id: subnetId });
  const far = await cloud.network(cloud.demo, "10.5.0.0/24");
  const port = await cloud.make(cloud.demo, "ports", "port", { network_id: networkId });
  const next = await cloud.make(cloud.admin, "routers", "router", {
    distributed: true,
    tenant_id: cloud.demo.projectId,
  });
  await cloud.act(cloud.demo, next.id, "add_router_interface", { port_id: port.id });
  await cloud.act(cloud.demo, next.id, "add_router_interface", { subnet_id: far.subnetId });
  const vm = await guest("");
  const fip = await cloud.make(cloud.demo, "floatingips", "floatingip", {
    floating_network_id: cloud.publicId,
    port_id: vm.id,
  });
  expect((await routersOfHost(call(), "network1"))[0]).toMatchObject({
    floatingIps: [{ id: fip.id, snatBound: true }],
  });
  await cloud.put(cloud.admin, `ports/${vm.id}`, "port", { "binding:host_id": "compute2" });
  expect(await idsOn("compute2")).toEqual([id, next.id]);
  const [there] = await routersOfHost(call(), "compute2");
  expect(there).toMatchObject({
    gatewayHost: "network1",
    snatInterfaces: [{ subnets: [{ id: subnetId }] }],
    floatingIps: [{ id: fip.id }],
    agentGateways: [{ port: { device_owner: "network:floatingip_agent_gateway", network_id: cloud.publicId } }],
  });
  const [centre] = await routersOfHost(call(), "network1");
  // Each agent that has a distributed router with a gateway asks for one, with floating IPs or without.
  expect(centre).toMatchObject({ router: { id }, floatingIps: [], agentGateways: [{}] });
  const { ports } = await cloud.get(cloud.admin, "ports?device_owner=network:floatingip_agent_gateway");
  expect(ports).toContainEqual(expect.objectContaining({ project_id: "", "binding:host_id": "network1" }));
  expect(ports).toContainEqual(expect.objectContaining({ project_id: "", "binding:host_id": "compute2" }));
});

test("an HA router's instance has its port on the HA network", async () => {
  const { id } = await cloud.make(cloud.admin, "routers", "router", { ha: true, tenant_id: cloud.other.projectId });
  const view = (await routersOfHost(call(), "network1")).find(({ router }) => router.id === id);
  expect(view).toMatchObject({
    gateway: undefined,
    haInterface: {
      port: { device_owner: "network:router_ha_interface", status: "ACTIVE" },
      subnets: [{ cidr: "169.254.192.0/18" }],
    },
  });
});

test("each host has one MAC for distributed routers", async () => {
  const mac = () => cloud.neutron.change(serviceContext(), (change) => dvrMacOf(change, "compute1"));
  const first = await mac();
  expect(first).toMatch(/^fa:16:3f(:[0-9a-f]{2}){3}$/);
  expect(await mac()).toBe(first);
  expect(await dvrMacList(call())).toMatchObject([{ host: "compute1", mac_address: first }]);
});
