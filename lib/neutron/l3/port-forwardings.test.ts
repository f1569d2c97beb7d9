import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Lab, lab } from "./testing/lab.ts";

let cloud: Lab;
let networkId: string;
let subnetId: string;
let routerId: string;
let fip: { id: string; floating_ip_address: string };
let port: { id: string; fixed_ips: { ip_address: string }[] };
beforeAll(async () => {
  cloud = await lab();
  ({ networkId, subnetId } = await cloud.network(cloud.demo, "10.0.0.0/24"));
  const values = { external_gateway_info: { network_id: cloud.publicId } };
  ({ id: routerId } = await cloud.make(cloud.demo, "routers", "router", values));
  await cloud.act(cloud.demo, routerId, "add_router_interface", { subnet_id: subnetId });
});
afterAll(() => cloud.close());
beforeEach(async () => {
  fip = await cloud.make(cloud.demo, "floatingips", "floatingip", { floating_network_id: cloud.publicId });
  port = await cloud.make(cloud.demo, "ports", "port", { network_id: networkId });
});

const values = (more: object = {}, of = port) => ({
  internal_port_id: of.id,
  internal_ip_address: of.fixed_ips[0]?.ip_address,
  internal_port: 1111,
  external_port: 2222,
  protocol: "tcp",
  ...more,
});
const where = (id = fip.id) => `floatingips/${id}/port_forwardings`;
const forward = (more: object = {}) => cloud.make(cloud.demo, where(), "port_forwarding", values(more));
const refused = (more: object, id = fip.id) =>
  cloud.refused(cloud.demo, "POST", where(id), { port_forwarding: values(more) });

test("a floating IP without a port forwards single ports, and says so", async () => {
  const made = await forward();
  const { ip_address } = port.fixed_ips[0] ?? { ip_address: "" };
  expect(made).toEqual({
    id: made.id,
    internal_port_id: port.id,
    internal_ip_address: ip_address,
    internal_port: 1111,
    external_port: 2222,
    internal_port_range: "1111:1111",
    external_port_range: "2222:2222",
    protocol: "tcp",
    description: "",
  });
  expect((await cloud.get(cloud.demo, where())).port_forwardings).toEqual([made]);
  const { floatingip } = await cloud.get(cloud.demo, `floatingips/${fip.id}`);
  expect(floatingip).toMatchObject({ router_id: routerId, port_id: null, status: "ACTIVE" });
  expect(floatingip.port_forwardings).toEqual([
    {
      id: made.id,
      internal_port_id: port.id,
      internal_ip_address: ip_address,
      internal_port: 1111,
      external_port: 2222,
      protocol: "tcp",
    },
  ]);
  const changed = await cloud.put(cloud.demo, `${where()}/${made.id}`, "port_forwarding", { internal_port: 3333 });
  expect(changed).toMatchObject({ internal_port: 3333, external_port: 2222 });
  expect(await cloud.refused(cloud.demo, "DELETE", `floatingips/${fip.id}`)).toBe(
    `409 FipInUseByPortForwarding: Floating IP ${fip.id} in use by Port Forwarding resources.`,
  );
  expect((await cloud.call(cloud.demo, "DELETE", `${where()}/${made.id}`)).status).toBe(204);
  expect(await cloud.refused(cloud.demo, "GET", `${where()}/${made.id}`)).toBe(
    `404 PortForwardingNotFound: Port Forwarding ${made.id} could not be found.`,
  );
  expect((await cloud.get(cloud.demo, `floatingips/${fip.id}`)).floatingip.router_id).toBe(null);
  expect((await cloud.call(cloud.demo, "DELETE", `floatingips/${fip.id}`)).status).toBe(204);
});

test("forwarded ports do not collide, outside or inside", async () => {
  await forward();
  expect(await refused({ internal_port: 9 })).toBe(
    "400 BadRequest: Bad port_forwarding request: There is a port collision with the external_port_range. The following ranges collides: 2222:2222 and 2222:2222.",
  );
  expect(await refused({ external_port: 9 })).toMatch(/internal_port_range/);
  expect(await refused({ external_port: 108_343 })).toMatch(/^400/);
  expect(await refused({ external_port: 9, internal_port: 0 })).toMatch(/^400/);
  expect(await refused({ protocol: "udp" })).toMatch(/undefined/); // Another protocol's ports are others.
});

test("protocols are those that have ports", async () => {
  expect(await refused({ protocol: "nonsense" })).toBe(
    "400 InvalidInput: Invalid input for operation: IP protocol 'nonsense' is not supported. Only protocol names and their integer representation (0 to 255) are supported.",
  );
  expect(await refused({ protocol: "6" })).toMatch(/^400 HTTPBadRequest: Invalid input for protocol\./);
});

test("ranges are forwarded one to one, or to one port", async () => {
  const single = { internal_port: null, external_port: null };
  expect(await forward({ ...single, internal_port_range: "80:82", external_port_range: "8080:8082" })).toMatchObject({
    internal_port: null,
    external_port_range: "8080:8082",
  });
  expect(await refused({ ...single, internal_port_range: "90:92", external_port_range: "9090:9099" })).toMatch(
    /N-N or 1-N/,
  );
  expect(await refused({ ...single, internal_port_range: "92:90", external_port_range: "9090:9092" })).toMatch(
    /First port in a port range must be lower than the second port/,
  );
  expect(await refused({ ...single, internal_port_range: "95", external_port_range: "8082:8090" })).toMatch(
    /collision/,
  );
});

test("a port has either a floating IP of its own or forwarded ports", async () => {
  const own = await cloud.make(cloud.demo, "floatingips", "floatingip", {
    floating_network_id: cloud.publicId,
    port_id: port.id,
  });
  expect(await refused({})).toMatch(/^409 PortHasBindingFloatingIP/);
  const other = await cloud.make(cloud.demo, "ports", "port", { network_id: networkId });
  expect(await cloud.refused(cloud.demo, "POST", where(own.id), { port_forwarding: values({}, other) })).toMatch(
    /^409 FloatingIPPortAlreadyAssociated/,
  );
});

test("forwardings go with the port, and keep the router's interface while they are there", async () => {
  await forward();
  expect(
    await cloud.refused(cloud.demo, "PUT", `routers/${routerId}/remove_router_interface`, { subnet_id: subnetId }),
  ).toMatch(/^409 RouterInterfaceInUseByFloatingIP/);
  await cloud.call(cloud.demo, "DELETE", `ports/${port.id}`);
  expect((await cloud.get(cloud.demo, where())).port_forwardings).toEqual([]);
});

test("another project's floating IP is not there", async () => {
  const made = await forward();
  expect((await cloud.call(cloud.other, "GET", `${where()}/${made.id}`)).status).toBe(404);
  expect((await cloud.call(cloud.other, "POST", where(), { port_forwarding: values() })).status).toBe(404);
});
