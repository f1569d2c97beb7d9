import { afterAll, beforeAll, expect, test } from "vitest";
import dvr from "../../demo/dvr/api/routers.json" with { type: "json" };
import legacy from "../../demo/legacy/api/routers.json" with { type: "json" };
import { type Lab, lab } from "./testing/lab.ts";

let cloud: Lab;
beforeAll(async () => {
  cloud = await lab();
});
afterAll(() => cloud.close());

const router = (values: object = {}, who = cloud.demo) => cloud.make(who, "routers", "router", values);
const gatewayOf = () => ({ external_gateway_info: { network_id: cloud.publicId } });
const portsOf = async (id: string) => (await cloud.get(cloud.admin, `ports?device_id=${id}`)).ports;

test("routers have the attributes and types of real ones", async () => {
  for (const [real, values] of [
    [legacy.routers[0], {}],
    [dvr.routers[0], { distributed: true }],
  ] as const) {
    const { id } = await router({ name: "router10_11", ...gatewayOf(), ...values }, cloud.admin);
    const { router: ours } = await cloud.get(cloud.admin, `routers/${id}`);
    expect(Object.keys(ours).sort()).toEqual(Object.keys(real ?? {}).sort());
    const {
      created_at,
      updated_at,
      revision_number,
      id: realId,
      project_id,
      tenant_id,
      external_gateway_info,
      ...plain
    } = real ?? {};
    void [created_at, updated_at, revision_number, realId, project_id, tenant_id];
    expect(ours).toMatchObject(plain);
    expect(Object.keys(ours.external_gateway_info).sort()).toEqual(Object.keys(external_gateway_info ?? {}).sort());
  }
});

test("revisions count as real ones do", async () => {
  for (const [real, values] of [
    [legacy.routers[0], {}],
    [dvr.routers[0], { distributed: true }],
  ] as const) {
    const { id } = await router(values, cloud.admin);
    await cloud.put(cloud.admin, `routers/${id}`, "router", gatewayOf());
    for (const cidr of ["172.16.10.0/24", "172.16.11.0/24"]) {
      const { subnetId } = await cloud.network(cloud.admin, cidr);
      await cloud.act(cloud.admin, id, "add_router_interface", { subnet_id: subnetId });
    }
    const { revision_number } = (await cloud.get(cloud.admin, `routers/${id}`)).router;
    expect(revision_number).toBe(real?.revision_number);
    expect(await cloud.put(cloud.admin, `routers/${id}`, "router", { name: "" })).toMatchObject({ revision_number });
  }
});

test("a gateway is a port on an external network that belongs to nobody", async () => {
  const { id, external_gateway_info: info } = await router(gatewayOf());
  const [port, ...more] = await portsOf(id);
  expect(more).toEqual([]);
  expect(port).toMatchObject({
    device_owner: "network:router_gateway",
    network_id: cloud.publicId,
    project_id: "",
    fixed_ips: info.external_fixed_ips,
    status: "ACTIVE",
    "binding:host_id": "network1",
  });
  expect(info).toMatchObject({ network_id: cloud.publicId, enable_snat: true });
  expect((await cloud.get(cloud.demo, `ports?device_id=${id}`)).ports).toEqual([]);
  expect(
    (await cloud.put(cloud.demo, `routers/${id}`, "router", { external_gateway_info: {} })).external_gateway_info,
  ).toBe(null);
  expect(await portsOf(id)).toEqual([]);
});

test("what a gateway may not be is refused", async () => {
  const { networkId } = await cloud.network(cloud.demo, "10.1.0.0/24");
  const { id } = await router();
  const set = (who: typeof cloud.demo, info: object) =>
    cloud.refused(who, "PUT", `routers/${id}`, { router: { external_gateway_info: info } });
  expect(await set(cloud.demo, { network_id: networkId })).toBe(
    `400 BadRequest: Bad router request: Network ${networkId} is not an external network.`,
  );
  expect(await set(cloud.demo, { network_id: id })).toBe(`404 NetworkNotFound: Network ${id} could not be found.`);
  expect(await set(cloud.demo, { network_id: cloud.publicId, enable_snat: false })).toBe(
    "403 PolicyNotAuthorized: (rule:update_router and (rule:update_router:external_gateway_info and (rule:update_router:external_gateway_info:network_id and rule:update_router:external_gateway_info:enable_snat))) is disallowed by policy",
  );
  expect(await set(cloud.demo, { enable_snat: true })).toMatch(
    /^400 HTTPBadRequest: Invalid input for external_gateway_info/,
  );
  expect(
    await set(cloud.admin, { network_id: cloud.publicId, external_fixed_ips: [{ ip_address: "172.24.4.1" }] }),
  ).toBe("400 BadRequest: Bad router request: External IP 172.24.4.1 is the same as the gateway IP.");
});

test("an administrator chooses the gateway's address, and changes it in place", async () => {
  const at = (ip_address: string) => ({
    external_gateway_info: { network_id: cloud.publicId, external_fixed_ips: [{ ip_address }] },
  });
  const { id } = await router(at("172.24.4.200"), cloud.admin);
  const [before] = await portsOf(id);
  const changed = await cloud.put(cloud.admin, `routers/${id}`, "router", at("172.24.4.201"));
  expect(changed.external_gateway_info.external_fixed_ips[0].ip_address).toBe("172.24.4.201");
  const [after] = await portsOf(id);
  expect(after.id).toBe(before.id);
});

test("extra routes need a next hop beside the router, and keep the interface that leads there", async () => {
  const { subnetId } = await cloud.network(cloud.demo, "10.2.0.0/24");
  const { id } = await router();
  await cloud.act(cloud.demo, id, "add_router_interface", { subnet_id: subnetId });
  const route = { destination: "192.168.7.0/24", nexthop: "10.2.0.9" };
  const set = (routes: object[]) => cloud.refused(cloud.demo, "PUT", `routers/${id}`, { router: { routes } });
  expect(await set([{ ...route, nexthop: "10.9.0.9" }])).toBe(
    "400 InvalidRoutes: Invalid format for routes: [{'destination': '192.168.7.0/24', 'nexthop': '10.9.0.9'}], the nexthop is not connected with router",
  );
  expect(await set([{ ...route, nexthop: "10.2.0.1" }])).toMatch(/the nexthop is used by router$/);
  const many = Array.from({ length: 31 }, (_, i) => ({ ...route, destination: `192.168.${i}.0/24` }));
  expect(await set(many)).toBe(
    `400 RoutesExhausted: Unable to complete operation for ${id}. The number of routes exceeds the maximum 30.`,
  );
  const before = (await cloud.get(cloud.demo, `routers/${id}`)).router.revision_number;
  const updated = await cloud.put(cloud.demo, `routers/${id}`, "router", { routes: [route] });
  expect(updated.routes).toEqual([route]);
  expect(updated.revision_number).toBeGreaterThan(before);
  expect(await cloud.refused(cloud.demo, "PUT", `routers/${id}/remove_router_interface`, { subnet_id: subnetId })).toBe(
    `409 RouterInterfaceInUseByRoute: Router interface for subnet ${subnetId} on router ${id} cannot be deleted, as it is required by one or more routes.`,
  );
  const other = { destination: "192.168.8.0/24", nexthop: "10.2.0.9" };
  const added = await cloud.act(cloud.demo, id, "add_extraroutes", { router: { routes: [route, other] } });
  expect(added.router.routes).toEqual([route, other]);
  const left = await cloud.act(cloud.demo, id, "remove_extraroutes", { router: { routes: [route] } });
  expect(left.router.routes).toEqual([other]);
});

test("a router becomes distributed and back only while it is down, its ports with it", async () => {
  const { subnetId } = await cloud.network(cloud.demo, "10.3.0.0/24");
  const { id } = await router({ ...gatewayOf(), tenant_id: cloud.demo.projectId }, cloud.admin);
  await cloud.act(cloud.demo, id, "add_router_interface", { subnet_id: subnetId });
  expect(await cloud.refused(cloud.admin, "PUT", `routers/${id}`, { router: { distributed: true } })).toBe(
    "400 BadRequest: Bad router request: Cannot change the 'distributed' attribute of active routers. Please set router admin_state_up to False prior to upgrade.",
  );
  const owners = async () => (await portsOf(id)).map((port: { device_owner: string }) => port.device_owner).sort();
  await cloud.put(cloud.admin, `routers/${id}`, "router", { admin_state_up: false });
  await cloud.put(cloud.admin, `routers/${id}`, "router", { distributed: true });
  expect(await owners()).toEqual([
    "network:router_centralized_snat",
    "network:router_gateway",
    "network:router_interface_distributed",
  ]);
  await cloud.put(cloud.admin, `routers/${id}`, "router", { distributed: false });
  expect(await owners()).toEqual(["network:router_gateway", "network:router_interface"]);
  expect(await cloud.refused(cloud.demo, "POST", "routers", { router: { distributed: true } })).toMatch(/^403/);
  expect(await cloud.refused(cloud.demo, "POST", "routers", { router: { ha: true } })).toMatch(/^403/);
});

test("a distributed router's interfaces have SNAT ports while it has a gateway", async () => {
  const { subnetId } = await cloud.network(cloud.demo, "10.4.0.0/24");
  const { id } = await router({ distributed: true, tenant_id: cloud.demo.projectId }, cloud.admin);
  await cloud.act(cloud.demo, id, "add_router_interface", { subnet_id: subnetId });
  const snat = async () =>
    (await portsOf(id)).filter((port: { device_owner: string }) => /snat/.test(port.device_owner));
  expect(await snat()).toEqual([]);
  await cloud.put(cloud.demo, `routers/${id}`, "router", gatewayOf());
  expect(await snat()).toHaveLength(1);
  const [inner] = (await portsOf(id)).filter((port: { device_owner: string }) => /distributed/.test(port.device_owner));
  expect(inner).toMatchObject({ "binding:vif_type": "distributed", status: "ACTIVE", "binding:host_id": "" });
  await cloud.act(cloud.demo, id, "remove_router_interface", { subnet_id: subnetId });
  expect(await snat()).toEqual([]);
});

test("an HA router has a network of its project for its instances, until the last one goes", async () => {
  const { id } = await router({ ha: true, tenant_id: cloud.other.projectId }, cloud.admin);
  const name = `HA network tenant ${cloud.other.projectId}`;
  const list = async () => (await cloud.get(cloud.admin, `networks?name=${encodeURIComponent(name)}`)).networks;
  expect(await list()).toMatchObject([{ project_id: "" }]);
  expect(await portsOf(id)).toMatchObject([
    { device_owner: "network:router_ha_interface", "binding:host_id": "network1" },
  ]);
  await cloud.call(cloud.admin, "DELETE", `routers/${id}`);
  expect(await list()).toEqual([]);
});

test("a router with interfaces stays", async () => {
  const { subnetId } = await cloud.network(cloud.demo, "10.5.0.0/24");
  const { id } = await router(gatewayOf());
  const { port_id } = await cloud.act(cloud.demo, id, "add_router_interface", { subnet_id: subnetId });
  expect(await cloud.refused(cloud.demo, "DELETE", `routers/${id}`)).toBe(
    `409 RouterInUse: Router ${id} has ports still attached: ${port_id}`,
  );
  await cloud.act(cloud.demo, id, "remove_router_interface", { port_id });
  expect((await cloud.call(cloud.demo, "DELETE", `routers/${id}`)).status).toBe(204);
  expect(await portsOf(id)).toEqual([]);
  expect(await cloud.refused(cloud.demo, "GET", `routers/${id}`)).toBe(
    `404 RouterNotFound: Router ${id} could not be found`,
  );
});

test("hints name zones of L3 agents", async () => {
  expect((await router({ availability_zone_hints: ["nova"] })).availability_zone_hints).toEqual(["nova"]);
  expect(await cloud.refused(cloud.demo, "POST", "routers", { router: { availability_zone_hints: ["mars"] } })).toBe(
    "404 AvailabilityZoneNotFound: AvailabilityZone mars could not be found.",
  );
});
