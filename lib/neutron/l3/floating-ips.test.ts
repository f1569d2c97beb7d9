import { afterAll, beforeAll, expect, test } from "vitest";
import dvr from "../../demo/dvr/api/floatingips.json" with { type: "json" };
import { type Lab, lab } from "./testing/lab.ts";

let cloud: Lab;
let routerId: string;
let networkId: string;
let subnetId: string;
beforeAll(async () => {
  cloud = await lab();
  ({ networkId, subnetId } = await cloud.network(cloud.demo, "10.0.0.0/24"));
  const values = { external_gateway_info: { network_id: cloud.publicId } };
  ({ id: routerId } = await cloud.make(cloud.demo, "routers", "router", values));
  await cloud.act(cloud.demo, routerId, "add_router_interface", { subnet_id: subnetId });
});
afterAll(() => cloud.close());

const floating = (more: object = {}, who = cloud.demo) =>
  cloud.make(who, "floatingips", "floatingip", { floating_network_id: cloud.publicId, ...more });
const port = (more: object = {}, who = cloud.demo) =>
  cloud.make(who, "ports", "port", { network_id: networkId, ...more });
const show = async (id: string) => (await cloud.get(cloud.demo, `floatingips/${id}`)).floatingip;
const update = (id: string, values: object) => cloud.put(cloud.demo, `floatingips/${id}`, "floatingip", values);
const refusedNew = (values: object, who = cloud.demo) =>
  cloud.refused(who, "POST", "floatingips", { floatingip: { floating_network_id: cloud.publicId, ...values } });

/** Of services that the recorded cloud had not. */
const MORE = ["port_forwardings", "dns_name", "dns_domain"];

test("floating IPs have the attributes of real ones, and of port forwarding and DNS", async () => {
  const { id: port_id, fixed_ips } = await port({ name: "vm" });
  const made = await floating({ port_id });
  expect(made.status).toBe("DOWN");
  const ours = await show(made.id);
  expect(Object.keys(ours).sort()).toEqual([...Object.keys(dvr.floatingips[0] ?? {}), ...MORE].sort());
  expect(ours).toMatchObject({
    port_id,
    fixed_ip_address: fixed_ips[0].ip_address,
    router_id: routerId,
    status: "ACTIVE",
    port_details: { name: "vm", network_id: networkId, device_id: "", device_owner: "", admin_state_up: true },
    port_forwardings: [],
    qos_policy_id: null,
  });
  expect(Object.keys(ours.port_details).sort()).toEqual(Object.keys(dvr.floatingips[0]?.port_details ?? {}).sort());
  const [own] = (await cloud.get(cloud.admin, `ports?device_id=${made.id}`)).ports;
  expect(own).toMatchObject({
    device_owner: "network:floatingip",
    project_id: "",
    status: "N/A",
    "binding:vif_type": "unbound",
    fixed_ips: [{ ip_address: ours.floating_ip_address, subnet_id: cloud.publicSubnetId }],
  });
});

test("an update keeps what it does not name, and one of nothing ends the association", async () => {
  const { id: port_id } = await port();
  const { id } = await floating({ port_id, description: "d1" });
  expect(await update(id, { description: "d2" })).toMatchObject({ description: "d2", port_id });
  expect(await update(id, { port_id: null })).toMatchObject({ description: "d2", port_id: null, port_details: null });
  expect(await show(id)).toMatchObject({ status: "DOWN", router_id: null, fixed_ip_address: null });
  expect(await update(id, { port_id })).toMatchObject({ port_id, router_id: routerId });
  expect((await show(id)).status).toBe("ACTIVE");
  expect((await update(id, {})).port_id).toBe(null);
});

test("a port with several addresses needs one of them named; each has one floating IP of a network", async () => {
  const fixed = ["10.0.0.71", "10.0.0.72"].map((ip_address) => ({ subnet_id: subnetId, ip_address }));
  const { id: port_id } = await port({ fixed_ips: fixed });
  expect(await refusedNew({ port_id })).toBe(
    `400 BadRequest: Bad floatingip request: Port ${port_id} has multiple fixed IPv4 addresses.  Must provide a specific IPv4 address when assigning a floating IP.`,
  );
  const first = await floating({ port_id, fixed_ip_address: "10.0.0.71" });
  const second = await floating();
  expect(
    await cloud.refused(cloud.demo, "PUT", `floatingips/${second.id}`, {
      floatingip: { port_id, fixed_ip_address: "10.0.0.71" },
    }),
  ).toBe(
    `409 FloatingIPPortAlreadyAssociated: Cannot associate floating IP ${second.floating_ip_address} (${second.id}) with port ${port_id} using fixed IP 10.0.0.71, as that fixed IP already has a floating IP on external network ${cloud.publicId}.`,
  );
  expect(await update(second.id, { port_id, fixed_ip_address: "10.0.0.72" })).toMatchObject({ port_id });
  expect(await refusedNew({ port_id, fixed_ip_address: "10.0.0.99" })).toBe(
    `400 BadRequest: Bad floatingip request: Port ${port_id} does not have fixed ip 10.0.0.99.`,
  );
  void first;
});

test("what cannot be associated is refused", async () => {
  const lonely = await cloud.network(cloud.demo, "10.9.0.0/24");
  const far = await cloud.make(cloud.demo, "ports", "port", { network_id: lonely.networkId });
  expect(await refusedNew({ port_id: far.id })).toBe(
    `404 ExternalGatewayForFloatingIPNotFound: External network ${cloud.publicId} is not reachable from subnet ${lonely.subnetId}.  Therefore, cannot associate Port ${far.id} with a Floating IP.`,
  );
  const bare = await port({ fixed_ips: [] });
  expect(await refusedNew({ port_id: bare.id })).toBe(
    `400 BadRequest: Bad floatingip request: Cannot add floating IP to port ${bare.id} that has no fixed IPv4 addresses.`,
  );
  expect(await refusedNew({ port_id: bare.id }, cloud.other)).toBe(
    `404 PortNotFound: Port ${bare.id} could not be found.`,
  );
  expect(await refusedNew({ fixed_ip_address: "10.0.0.5" })).toBe(
    "400 BadRequest: Bad floatingip request: fixed_ip_address cannot be specified without a port_id.",
  );
  expect(await refusedNew({ floating_network_id: networkId })).toBe(
    `400 BadRequest: Bad floatingip request: Network ${networkId} is not a valid external network.`,
  );
  expect(await refusedNew({ floating_ip_address: "172.24.4.77" })).toMatch(/^403 PolicyNotAuthorized/);
  const foreign = await cloud.make(cloud.admin, "ports", "port", {
    network_id: networkId,
    project_id: cloud.other.projectId,
  });
  const { id } = await floating();
  expect(await cloud.refused(cloud.demo, "PUT", `floatingips/${id}`, { floatingip: { port_id: foreign.id } })).toBe(
    `400 BadRequest: Bad floatingip request: Cannot process floating IP association with Port ${foreign.id}, since that port is owned by a different tenant.`,
  );
  // Nothing was left of the refused ones.
  const { ports } = await cloud.get(cloud.admin, `ports?device_owner=network:floatingip`);
  const { floatingips } = await cloud.get(cloud.admin, "floatingips");
  expect(ports).toHaveLength(floatingips.length);
});

test("a floating IP and a gateway have QoS policies of their own", async () => {
  const { id: qos_policy_id } = await cloud.make(cloud.admin, "qos/policies", "policy", { name: "q", shared: true });
  const { id } = await floating({ qos_policy_id });
  expect((await show(id)).qos_policy_id).toBe(qos_policy_id);
  expect(await cloud.refused(cloud.admin, "DELETE", `qos/policies/${qos_policy_id}`)).toMatch(/^409 QosPolicyInUse/);
  expect((await update(id, { description: "x" })).qos_policy_id).toBe(null);
  expect(await refusedNew({ qos_policy_id: id })).toBe(`404 QosPolicyNotFound: QoS policy ${id} could not be found.`);
  const gateway = { network_id: cloud.publicId, qos_policy_id };
  const router = await cloud.make(cloud.demo, "routers", "router", { external_gateway_info: gateway });
  expect(router.external_gateway_info).toMatchObject(gateway);
});

test("a taken address, and one of no subnet, are refused", async () => {
  const { floating_ip_address } = await floating();
  expect(await refusedNew({ floating_ip_address }, cloud.admin)).toBe(
    `409 IpAddressAlreadyAllocated: IP address ${floating_ip_address} already allocated in subnet ${cloud.publicSubnetId}`,
  );
  expect(await refusedNew({ floating_ip_address: "192.0.2.7" }, cloud.admin)).toMatch(/^400 InvalidIpForNetwork/);
});

test("a name of the DNS stands below a domain", async () => {
  const named = { dns_name: "www", dns_domain: "example.org." };
  expect(await floating(named)).toMatchObject(named);
  expect(await refusedNew({ dns_name: "www" })).toBe(
    "400 BadRequest: Bad floatingip request: dns_name cannot be specified without a dns_domain.",
  );
  expect(await refusedNew({ dns_name: "www.", dns_domain: "example.org." })).toBe(
    "400 HTTPBadRequest: Invalid input for dns_name. Reason: 'www.' is a FQDN. It should be a relative domain name.",
  );
});

test("an administrator chooses the address, anybody the subnet", async () => {
  const made = await floating({ floating_ip_address: "172.24.4.77" }, cloud.admin);
  expect(made.floating_ip_address).toBe("172.24.4.77");
  const { floatingip_pools: pools } = await cloud.get(cloud.demo, "floatingip_pools");
  expect(pools).toEqual([
    {
      subnet_id: cloud.publicSubnetId,
      subnet_name: "",
      network_id: cloud.publicId,
      cidr: "172.24.4.0/24",
      project_id: cloud.demo.projectId,
      tenant_id: cloud.demo.projectId,
    },
  ]);
  expect((await floating({ subnet_id: pools[0].subnet_id })).floating_ip_address).toMatch(/^172\.24\.4\./);
});

test("router, gateway and interface stay while a floating IP needs them, its port goes without it", async () => {
  const { id: port_id } = await port();
  const { id } = await floating({ port_id });
  expect(
    await cloud.refused(cloud.demo, "PUT", `routers/${routerId}/remove_router_interface`, { subnet_id: subnetId }),
  ).toBe(
    `409 RouterInterfaceInUseByFloatingIP: Router interface for subnet ${subnetId} on router ${routerId} cannot be deleted, as it is required by one or more floating IPs.`,
  );
  expect(
    await cloud.refused(cloud.demo, "PUT", `routers/${routerId}`, { router: { external_gateway_info: null } }),
  ).toBe(
    `409 RouterExternalGatewayInUseByFloatingIp: Gateway cannot be updated for router ${routerId}, since a gateway to external network ${cloud.publicId} is required by one or more floating IPs.`,
  );
  const [own] = (await cloud.get(cloud.admin, `ports?device_id=${id}`)).ports;
  expect(await cloud.refused(cloud.admin, "DELETE", `ports/${own.id}`)).toBe(
    `409 ServicePortInUse: Port ${own.id} cannot be deleted directly via the port API: has device owner network:floatingip.`,
  );
  expect((await cloud.call(cloud.demo, "DELETE", `ports/${port_id}`)).status).toBe(204);
  expect(await show(id)).toMatchObject({ port_id: null, router_id: null, fixed_ip_address: null, status: "DOWN" });
  expect((await cloud.call(cloud.demo, "DELETE", `floatingips/${id}`)).status).toBe(204);
  expect((await cloud.call(cloud.admin, "GET", `ports/${own.id}`)).status).toBe(404);
  expect(await cloud.refused(cloud.demo, "GET", `floatingips/${id}`)).toBe(
    `404 FloatingIPNotFound: Floating IP ${id} could not be found`,
  );
});

test("a network that goes takes its unused floating IPs along", async () => {
  const external = await cloud.make(cloud.admin, "networks", "network", { "router:external": true });
  await cloud.make(cloud.admin, "subnets", "subnet", { network_id: external.id, cidr: "172.30.0.0/24", ip_version: 4 });
  const { id } = await floating({ floating_network_id: external.id });
  expect((await cloud.call(cloud.admin, "DELETE", `networks/${external.id}`)).status).toBe(204);
  expect((await cloud.call(cloud.demo, "GET", `floatingips/${id}`)).status).toBe(404);
});

test("another project sees and changes none of it", async () => {
  const { id } = await floating();
  expect((await cloud.get(cloud.other, "floatingips")).floatingips).toEqual([]);
  for (const [method, body] of [
    ["GET", undefined],
    ["PUT", { floatingip: { description: "x" } }],
    ["DELETE", undefined],
  ] as const)
    expect((await cloud.call(cloud.other, method, `floatingips/${id}`, body)).status).toBe(404);
});
