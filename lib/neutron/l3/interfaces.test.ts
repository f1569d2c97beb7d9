import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Lab, lab } from "./testing/lab.ts";

let cloud: Lab;
let id: string;
beforeAll(async () => {
  cloud = await lab();
});
afterAll(() => cloud.close());
beforeEach(async () => {
  ({ id } = await cloud.make(cloud.demo, "routers", "router", {}));
});

const add = (body: object, who = cloud.demo) => cloud.act(who, id, "add_router_interface", body);
const remove = (body: object, who = cloud.demo) => cloud.act(who, id, "remove_router_interface", body);
const refusedAdd = (body: object, who = cloud.demo) =>
  cloud.refused(who, "PUT", `routers/${id}/add_router_interface`, body);
const refusedRemove = (body: object) => cloud.refused(cloud.demo, "PUT", `routers/${id}/remove_router_interface`, body);
const portOf = async (portId: string) => (await cloud.get(cloud.admin, `ports/${portId}`)).port;

test("an interface by subnet has the subnet's gateway address and is bound to the agent's host", async () => {
  const { networkId, subnetId } = await cloud.network(cloud.demo, "10.0.0.0/24");
  const before = (await cloud.get(cloud.demo, `routers/${id}`)).router.revision_number;
  const info = await add({ subnet_id: subnetId });
  expect(info).toEqual({
    id,
    tenant_id: cloud.demo.projectId,
    port_id: info.port_id,
    network_id: networkId,
    subnet_id: subnetId,
    subnet_ids: [subnetId],
  });
  expect(await portOf(info.port_id)).toMatchObject({
    device_id: id,
    device_owner: "network:router_interface",
    fixed_ips: [{ subnet_id: subnetId, ip_address: "10.0.0.1" }],
    project_id: cloud.demo.projectId,
    security_groups: [],
    port_security_enabled: false,
    "binding:host_id": "network1",
    status: "ACTIVE",
  });
  expect((await cloud.get(cloud.demo, `routers/${id}`)).router.revision_number).toBeGreaterThan(before);
  expect(await remove({ subnet_id: subnetId })).toEqual(info);
  expect((await cloud.call(cloud.admin, "GET", `ports/${info.port_id}`)).status).toBe(404);
});

test("an interface by port takes the port, and gives it back only by its own action", async () => {
  const { networkId, subnetId } = await cloud.network(cloud.demo, "10.0.0.0/24");
  const port = await cloud.make(cloud.demo, "ports", "port", { network_id: networkId });
  const info = await add({ port_id: port.id });
  expect(info).toMatchObject({ port_id: port.id, subnet_id: subnetId });
  expect(await refusedAdd({ port_id: port.id })).toBe(
    `409 PortInUse: Unable to complete operation on port ${port.id} for network ${networkId}. Port already has an attached device ${id}.`,
  );
  expect(await cloud.refused(cloud.demo, "DELETE", `ports/${port.id}`)).toBe(
    `409 ServicePortInUse: Port ${port.id} cannot be deleted directly via the port API: has device owner network:router_interface.`,
  );
  expect(
    await cloud.refused(cloud.demo, "PUT", `ports/${port.id}`, {
      port: { fixed_ips: [{ subnet_id: subnetId, ip_address: "10.0.0.200" }] },
    }),
  ).toBe(`400 IPAddressChangeNotAllowed: IP updates for port ${port.id} are not allowed`);
  await remove({ port_id: port.id });
  expect((await cloud.call(cloud.admin, "GET", `ports/${port.id}`)).status).toBe(404);
});

test("requests that name no port or subnet, or no such one, are refused", async () => {
  const { networkId, subnetId } = await cloud.network(cloud.demo, "10.0.0.0/24");
  expect(await refusedAdd({})).toBe(
    "400 BadRequest: Bad router request: Either subnet_id or port_id must be specified.",
  );
  expect(await refusedAdd({ port_id: "x" })).toBe("400 BadRequest: Bad router request: 'x' is not a valid UUID.");
  expect(await refusedAdd({ port_id: id, subnet_id: id })).toBe(
    "400 BadRequest: Bad router request: Cannot specify both subnet-id and port-id.",
  );
  expect(await refusedAdd({ port_id: id })).toBe(`404 PortNotFound: Port ${id} could not be found.`);
  expect(await refusedAdd({ subnet_id: id })).toBe(`404 SubnetNotFound: Subnet ${id} could not be found.`);
  expect(await refusedRemove({ port_id: networkId })).toBe(
    `404 RouterInterfaceNotFound: Router ${id} does not have an interface with id ${networkId}`,
  );
  expect(await refusedRemove({ subnet_id: subnetId })).toBe(
    `404 RouterInterfaceNotFoundForSubnet: Router ${id} has no interface on subnet ${subnetId}`,
  );
  const bare = await cloud.make(cloud.demo, "ports", "port", { network_id: networkId, fixed_ips: [] });
  expect(await refusedAdd({ port_id: bare.id })).toBe(
    "400 BadRequest: Bad router request: Router port must have at least one fixed IP.",
  );
  const { subnetId: closed } = await cloud.network(cloud.demo, "10.7.0.0/24", { gateway_ip: null });
  expect(await refusedAdd({ subnet_id: closed })).toBe(
    "400 BadRequest: Bad router request: Subnet for router interface must have a gateway IP.",
  );
});

test("networks of a router do not overlap, the external one included", async () => {
  const one = await cloud.network(cloud.demo, "10.0.0.0/24");
  const wide = await cloud.network(cloud.demo, "10.0.0.0/16");
  const outer = await cloud.network(cloud.demo, "172.24.4.128/25");
  await cloud.put(cloud.demo, `routers/${id}`, "router", { external_gateway_info: { network_id: cloud.publicId } });
  await add({ subnet_id: one.subnetId });
  expect(await refusedAdd({ subnet_id: one.subnetId })).toBe(
    `400 BadRequest: Bad router request: Router already has a port on subnet ${one.subnetId}.`,
  );
  expect(await refusedAdd({ subnet_id: wide.subnetId })).toBe(
    `400 BadRequest: Bad router request: Cidr 10.0.0.0/16 of subnet ${wide.subnetId} overlaps with cidr 10.0.0.0/24 of subnet ${one.subnetId}.`,
  );
  expect(await refusedAdd({ subnet_id: outer.subnetId })).toBe(
    `400 BadRequest: Bad router request: Cidr 172.24.4.128/25 of subnet ${outer.subnetId} overlaps with cidr 172.24.4.0/24 of subnet ${cloud.publicSubnetId}.`,
  );
});

test("subnets of others are for others, unless their network is shared", async () => {
  const { networkId, subnetId } = await cloud.network(cloud.other, "10.8.0.0/24");
  expect(await refusedAdd({ subnet_id: subnetId })).toBe(`404 SubnetNotFound: Subnet ${subnetId} could not be found.`);
  expect(
    await cloud.refused(cloud.other, "PUT", `routers/${id}/add_router_interface`, { subnet_id: subnetId }),
  ).toMatch(/^404 RouterNotFound/);
  await cloud.put(cloud.admin, `networks/${networkId}`, "network", { shared: true });
  expect(await add({ subnet_id: subnetId })).toMatchObject({ subnet_id: subnetId, tenant_id: cloud.demo.projectId });
});

test("IPv6 subnets of one network share an interface", async () => {
  const { networkId, subnetId } = await cloud.network(cloud.demo, "fd00:1::/64");
  const second = await cloud.make(cloud.demo, "subnets", "subnet", {
    network_id: networkId,
    cidr: "fd00:2::/64",
    ip_version: 6,
  });
  const first = await add({ subnet_id: subnetId });
  const again = await add({ subnet_id: second.id });
  expect(again).toMatchObject({ port_id: first.port_id, subnet_ids: [second.id] });
  expect((await portOf(first.port_id)).fixed_ips).toHaveLength(2);
  const port = await cloud.make(cloud.demo, "ports", "port", { network_id: networkId });
  expect(await refusedAdd({ port_id: port.id })).toBe(
    `400 BadRequest: Bad router request: Cannot have multiple router ports with the same network id if both contain IPv6 subnets. Existing port ${first.port_id} has IPv6 subnet(s) and network id ${networkId}.`,
  );
  await remove({ subnet_id: second.id });
  expect((await portOf(first.port_id)).fixed_ips).toMatchObject([{ subnet_id: subnetId }]);
});

test("a network and a subnet with an interface stay", async () => {
  const { networkId, subnetId } = await cloud.network(cloud.demo, "10.0.0.0/24");
  await add({ subnet_id: subnetId });
  expect(await cloud.refused(cloud.demo, "DELETE", `subnets/${subnetId}`)).toMatch(/^409 SubnetInUse/);
  expect(await cloud.refused(cloud.demo, "DELETE", `networks/${networkId}`)).toMatch(/^409 NetworkInUse/);
});

test("two routers meet on one network", async () => {
  const { networkId } = await cloud.network(cloud.demo, "10.0.0.0/24");
  const other = await cloud.make(cloud.demo, "routers", "router", {});
  const [a, b] = [
    await cloud.make(cloud.demo, "ports", "port", { network_id: networkId }),
    await cloud.make(cloud.demo, "ports", "port", { network_id: networkId }),
  ];
  await add({ port_id: a.id });
  await cloud.act(cloud.demo, other.id, "add_router_interface", { port_id: b.id });
  expect([(await portOf(a.id)).device_id, (await portOf(b.id)).device_id]).toEqual([id, other.id]);
});
