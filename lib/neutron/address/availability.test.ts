import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestService, testService } from "../testing/service.ts";

let cloud: TestService;
beforeAll(async () => {
  cloud = await testService();
});
afterAll(() => cloud.close());

const post = async (who: TestService["demo"], path: string, name: string, body: object) =>
  (await cloud.call(who, "POST", path, { [name]: body })).body[name];

test("addresses are counted, to the last one", async () => {
  const network = await post(cloud.demo, "networks", "network", { name: "n" });
  const of = (more: object) => post(cloud.demo, "subnets", "subnet", { network_id: network.id, name: "s", ...more });
  const v4 = await of({ ip_version: 4, cidr: "10.0.0.0/24", enable_dhcp: false });
  const v6 = await of({ ip_version: 6, cidr: "fd00::/64", enable_dhcp: false });
  await post(cloud.demo, "ports", "port", { network_id: network.id, fixed_ips: [{ subnet_id: v4.id }] });
  const { body } = await cloud.call(cloud.admin, "GET", `network-ip-availabilities/${network.id}`);
  expect(JSON.stringify(body.network_ip_availability)).toContain('"total_ips":18446744073709551615');
  expect(body.network_ip_availability).toMatchObject({
    network_id: network.id,
    network_name: "n",
    tenant_id: cloud.demo.projectId,
    used_ips: 1,
    subnet_ip_availability: [
      { subnet_id: v4.id, subnet_name: "s", ip_version: 4, cidr: "10.0.0.0/24", used_ips: 1, total_ips: 253 },
      { subnet_id: v6.id, ip_version: 6, used_ips: 0 },
    ],
  });
  const list = async (query: string) =>
    (await cloud.call(cloud.admin, "GET", `network-ip-availabilities?${query}`)).body.network_ip_availabilities;
  expect(await list("network_name=n&ip_version=4")).toMatchObject([{ total_ips: 253 }]);
  expect(await list("network_name=other")).toEqual([]);
  const missing = await cloud.call(cloud.admin, "GET", `network-ip-availabilities/${v4.id}`);
  expect(missing).toMatchObject({ status: 404, body: { NeutronError: { type: "NetworkNotFound" } } });
  expect((await cloud.call(cloud.demo, "GET", `network-ip-availabilities/${network.id}`)).status).toBe(404);
});

test("a project gets a network of its own, once there is what it needs", async () => {
  const get = (query = "") => cloud.call(cloud.demo, "GET", `auto-allocated-topology/${cloud.demo.projectId}${query}`);
  const failed = (reason: string) => ({
    status: 409,
    body: { NeutronError: { type: "AutoAllocationFailure", message: `Deployment error: ${reason}.` } },
  });
  expect(await get()).toMatchObject(failed("No default router:external network"));
  const external = { name: "public", "router:external": true, is_default: true };
  const { id } = await post(cloud.admin, "networks", "network", external);
  await post(cloud.admin, "subnets", "subnet", {
    network_id: id,
    ip_version: 4,
    cidr: "172.24.4.0/24",
    enable_dhcp: false,
  });
  expect(await get("?fields=dry-run")).toMatchObject(failed("No default subnetpools defined"));
  expect(await get()).toMatchObject(failed("Unable to provide tenant private network"));
  const pool = { name: "p", prefixes: ["10.0.0.0/16"], default_prefixlen: 26, is_default: true, shared: true };
  await post(cloud.admin, "subnetpools", "subnetpool", pool);
  expect((await get("?fields=dry-run")).body.auto_allocated_topology.id).toBe("dry-run=pass");
  expect((await cloud.call(cloud.demo, "GET", "routers")).body.routers).toEqual([]);

  const { body } = await get();
  expect(body.auto_allocated_topology.tenant_id).toBe(cloud.demo.projectId);
  const network = body.auto_allocated_topology.id;
  expect((await get()).body.auto_allocated_topology.id).toBe(network);
  const subnets = (await cloud.call(cloud.demo, "GET", "subnets?name=auto_allocated_subnet_v4")).body.subnets;
  expect(subnets).toMatchObject([{ network_id: network, cidr: "10.0.0.0/26" }]);
  const [router] = (await cloud.call(cloud.demo, "GET", "routers")).body.routers;
  expect(router).toMatchObject({ name: "auto_allocated_router", external_gateway_info: { network_id: id } });
  const theirs = await cloud.call(cloud.other, "GET", `auto-allocated-topology/${cloud.demo.projectId}`);
  expect(theirs.status).toBe(403);

  expect((await cloud.call(cloud.demo, "DELETE", "auto-allocated-topology/None")).status).toBe(204);
  expect((await cloud.call(cloud.demo, "GET", "routers")).body.routers).toEqual([]);
  expect((await cloud.call(cloud.demo, "GET", `networks/${network}`)).status).toBe(404);
});
