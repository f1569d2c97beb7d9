import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareAgents } from "../agent/hosts.ts";
import { type TestService, testService } from "../testing/service.ts";
import { deviceUp } from "./device-up.ts";

let cloud: TestService;
let net: string;
let subnet: string;

beforeAll(async () => {
  cloud = await testService();
  await cloud.neutron.change(cloud.admin, prepareAgents);
  net = (await cloud.call(cloud.demo, "POST", "networks", { network: { name: "n" } })).body.network.id;
  const values = { network_id: net, ip_version: 4, cidr: "10.20.0.0/24" };
  subnet = (await cloud.call(cloud.demo, "POST", "subnets", { subnet: values })).body.subnet.id;
});
afterAll(() => cloud.close());

const create = (values: object = {}, who = cloud.demo) =>
  cloud.call(who, "POST", "ports", { port: { network_id: net, ...values } });
const update = (id: string, values: object, who = cloud.demo) =>
  cloud.call(who, "PUT", `ports/${id}`, { port: values });
const made = async (values: object = {}, who = cloud.demo) => (await create(values, who)).body.port;

test("a port has a MAC of the cloud's, an address, the default group, and waits for somebody to bind it", async () => {
  const port = await made();
  expect(port.mac_address).toMatch(/^fa:16:3e(:[0-9a-f]{2}){3}$/);
  expect(port).toMatchObject({
    status: "DOWN",
    device_id: "",
    port_security_enabled: true,
    allowed_address_pairs: [],
    extra_dhcp_opts: [],
    revision_number: 1,
  });
  expect(port.fixed_ips).toEqual([{ subnet_id: subnet, ip_address: expect.stringMatching(/^10\.20\.0\.\d+$/) }]);
  expect(port.security_groups).toHaveLength(1);
  expect("binding:host_id" in port).toBe(false);
  const seen = (await cloud.call(cloud.admin, "GET", `ports/${port.id}`)).body.port;
  expect(seen["binding:vif_type"]).toBe("unbound");
});

test("each host's agent binds its ports its own way, and a host without an agent does not", async () => {
  const vif = async (host: string) => (await made({ "binding:host_id": host }, cloud.admin))["binding:vif_type"];
  expect([await vif("compute1"), await vif("compute3"), await vif("nowhere")]).toEqual([
    "ovs",
    "bridge",
    "binding_failed",
  ]);
  const port = await made({ "binding:host_id": "compute1" }, cloud.admin);
  expect(port["binding:vif_details"]).toEqual({
    bound_drivers: { 0: "openvswitch" },
    bridge_name: "br-int",
    connectivity: "l2",
    datapath_type: "system",
    ovs_hybrid_plug: true,
    port_filter: true,
  });
});

test("a port becomes active when its agent has it, and is down again on another host", async () => {
  const { id } = await made({ "binding:host_id": "compute1" }, cloud.admin);
  await deviceUp(cloud.neutron, id);
  expect((await cloud.call(cloud.demo, "GET", `ports/${id}`)).body.port.status).toBe("ACTIVE");
  const moved = (await update(id, { "binding:host_id": "compute2" }, cloud.admin)).body.port;
  expect([moved.status, moved["binding:host_id"]]).toEqual(["DOWN", "compute2"]);
  const gone = (await update(id, { "binding:host_id": "" }, cloud.admin)).body.port;
  expect([gone["binding:vif_type"], gone["binding:vif_details"]]).toEqual(["unbound", {}]);
  await deviceUp(cloud.neutron, id);
  expect((await cloud.call(cloud.demo, "GET", `ports/${id}`)).body.port.status).toBe("DOWN");
});

test("a MAC is one port's alone, and cannot change while the port is plugged in", async () => {
  const first = await made({ mac_address: "FA-16-3E-AA-00-01" });
  expect(first.mac_address).toBe("fa:16:3e:aa:00:01");
  const second = await create({ mac_address: "fa:16:3e:aa:00:01" });
  expect([second.status, second.body.NeutronError.type]).toEqual([409, "MacAddressInUse"]);
  const moved = await update(first.id, { mac_address: "fa:16:3e:aa:00:02" }, cloud.admin);
  expect(moved.body.port.mac_address).toBe("fa:16:3e:aa:00:02");
  expect((await update(first.id, { mac_address: "fa:16:3e:aa:00:03" })).status).toBe(403);
  const drawn = await update(first.id, { mac_address: null }, cloud.admin);
  expect(drawn.body.port.mac_address).not.toBe("fa:16:3e:aa:00:02");
  await update(first.id, { "binding:host_id": "compute1" }, cloud.admin);
  const refused = await update(first.id, { mac_address: "fa:16:3e:aa:00:04" }, cloud.admin);
  expect([refused.status, refused.body.NeutronError.type]).toEqual([409, "PortBound"]);
});

test("port security, groups and address pairs hold together", async () => {
  const pairs = [{ ip_address: "10.20.0.250" }, { ip_address: "10.9.0.0/16", mac_address: "fa:16:3e:aa:bb:cc" }];
  const port = await made({ allowed_address_pairs: pairs });
  expect(port.allowed_address_pairs).toEqual([
    { ip_address: "10.20.0.250", mac_address: port.mac_address },
    { ip_address: "10.9.0.0/16", mac_address: "fa:16:3e:aa:bb:cc" },
  ]);
  const type = async (reply: Promise<{ body: { NeutronError: { type: string } } }>) =>
    (await reply).body.NeutronError.type;
  expect(await type(update(port.id, { port_security_enabled: false }))).toBe("AddressPairAndPortSecurityRequired");
  await update(port.id, { allowed_address_pairs: [] });
  expect(await type(update(port.id, { port_security_enabled: false }))).toBe("PortSecurityPortHasSecurityGroup");
  const open = await update(port.id, { port_security_enabled: false, security_groups: [] });
  expect(open.body.port).toMatchObject({ port_security_enabled: false, security_groups: [] });
  expect(await type(update(port.id, { allowed_address_pairs: pairs }))).toBe("AddressPairAndPortSecurityRequired");
  expect(await type(create({ port_security_enabled: false, security_groups: port.security_groups }))).toBe(
    "PortSecurityAndIPRequiredForSecurityGroups",
  );
  expect(await type(create({ allowed_address_pairs: [pairs[0], pairs[0]] }))).toBe("DuplicateAddressPairInRequest");
  const many = Array.from({ length: 11 }, (_, i) => ({ ip_address: `10.8.0.${i + 1}` }));
  expect(await type(create({ allowed_address_pairs: many }))).toBe("AllowedAddressPairExhausted");
});

test("DHCP options are added, changed and taken away by name", async () => {
  const options = [
    { opt_name: "mtu", opt_value: "1400" },
    { opt_name: "router", opt_value: "" },
  ];
  const port = await made({ extra_dhcp_opts: options });
  expect(port.extra_dhcp_opts).toEqual(options.map((one) => ({ ...one, ip_version: 4 })));
  const changed = await update(port.id, {
    extra_dhcp_opts: [
      { opt_name: "mtu", opt_value: "1300" },
      { opt_name: "router", opt_value: null },
      { opt_name: "ntp-server", opt_value: "10.0.0.1", ip_version: "6" },
    ],
  });
  expect(changed.body.port.extra_dhcp_opts).toEqual([
    { opt_name: "mtu", opt_value: "1300", ip_version: 4 },
    { opt_name: "ntp-server", opt_value: "10.0.0.1", ip_version: 6 },
  ]);
  const refused = await create({ extra_dhcp_opts: [{ opt_name: "mtu", opt_value: " " }] });
  expect([refused.status, refused.body.NeutronError.type]).toEqual([400, "InvalidInput"]);
});

test("ports on a shared network are their owner's; what is the network owner's, is refused to others", async () => {
  await cloud.call(cloud.admin, "PUT", `networks/${net}`, { network: { shared: true } });
  const port = await made({}, cloud.other);
  expect((await cloud.call(cloud.demo, "GET", `ports/${port.id}`)).status).toBe(200);
  const list = (await cloud.call(cloud.other, "GET", "ports")).body.ports;
  expect(list.map((one: { id: string }) => one.id)).toEqual([port.id]);
  for (const values of [
    { mac_address: "fa:16:3e:11:22:33" },
    { fixed_ips: [{ ip_address: "10.20.0.200" }] },
    { port_security_enabled: false },
    { allowed_address_pairs: [{ ip_address: "10.20.0.1" }] },
    { device_owner: "network:dhcp" },
    { "binding:host_id": "compute1" },
  ])
    expect([values, (await create(values, cloud.other)).status]).toEqual([values, 403]);
  expect((await create({ fixed_ips: [{ subnet_id: subnet }] }, cloud.other)).status).toBe(201);
  const unshared = await cloud.call(cloud.admin, "PUT", `networks/${net}`, { network: { shared: false } });
  expect([unshared.status, unshared.body.NeutronError.type]).toEqual([409, "InvalidSharedSetting"]);
});

test("lists are asked for addresses, groups and hosts", async () => {
  const port = await made({ name: "asked", fixed_ips: [{ ip_address: "10.20.0.77" }] }, cloud.demo);
  const ids = async (query: string) =>
    (await cloud.call(cloud.admin, "GET", `ports?${query}`)).body.ports.map((one: { id: string }) => one.id);
  expect(await ids(`fixed_ips=ip_address%3D10.20.0.77&fixed_ips=subnet_id%3D${subnet}`)).toEqual([port.id]);
  expect(await ids("fixed_ips=ip_address_substr%3D1.0.77")).toEqual([]);
  expect(await ids("fixed_ips=ip_address_substr%3D20.0.77")).toEqual([port.id]);
  expect(await ids(`mac_address=${port.mac_address.toUpperCase()}`)).toEqual([port.id]);
  expect(await ids(`security_groups=${port.security_groups[0]}&name=asked`)).toEqual([port.id]);
  expect(await ids("binding:host_id=nowhere&name=asked")).toEqual([]);
});

test("a server's port has a second binding on the host that the server moves to", async () => {
  const port = await made({ device_owner: "compute:nova", "binding:host_id": "compute1" }, cloud.admin);
  const bindings = `ports/${port.id}/bindings`;
  const second = await cloud.call(cloud.admin, "POST", bindings, { binding: { host: "compute3" } });
  expect([second.status, second.body.binding]).toMatchObject([201, { vif_type: "bridge", status: "INACTIVE" }]);
  const twice = await cloud.call(cloud.admin, "POST", bindings, { binding: { host: "compute3" } });
  expect(twice.body.NeutronError.type).toBe("PortBindingAlreadyExists");
  expect((await cloud.call(cloud.admin, "PUT", `${bindings}/compute3/activate`)).status).toBe(200);
  const now = (await cloud.call(cloud.admin, "GET", `ports/${port.id}`)).body.port;
  expect([now["binding:host_id"], now["binding:vif_type"]]).toEqual(["compute3", "bridge"]);
  expect((await cloud.call(cloud.admin, "DELETE", `${bindings}/compute1`)).status).toBe(204);
  const left = (await cloud.call(cloud.admin, "GET", bindings)).body.bindings;
  expect(left.map((one: { host: string; status: string }) => [one.host, one.status])).toEqual([["compute3", "ACTIVE"]]);
  expect((await cloud.call(cloud.demo, "POST", bindings, { binding: { host: "compute2" } })).status).toBe(403);
});

test("a disabled port is down, and comes back with its device", async () => {
  const { id } = await made(
    { "binding:host_id": "compute1", device_id: "server", device_owner: "compute:nova" },
    cloud.admin,
  );
  const status = async () => (await cloud.call(cloud.demo, "GET", `ports/${id}`)).body.port.status;
  await deviceUp(cloud.neutron, id);
  await update(id, { admin_state_up: false }, cloud.admin);
  await deviceUp(cloud.neutron, id);
  expect(await status()).toBe("DOWN");
  await update(id, { admin_state_up: true }, cloud.admin);
  expect(await status()).toBe("ACTIVE");
});

test("ports that are asked for at the same time have addresses and MACs of their own", async () => {
  const ports = (await Promise.all(Array.from({ length: 100 }, () => create()))).map(({ body }) => body.port);
  expect(new Set(ports.map((port) => port.fixed_ips[0].ip_address)).size).toBe(100);
  expect(new Set(ports.map((port) => port.mac_address)).size).toBe(100);
});

test("of ports that are created together, all are or none is", async () => {
  const count = async () => (await cloud.call(cloud.admin, "GET", "ports")).body.ports.length;
  const before = await count();
  const bulk = [{}, {}, { fixed_ips: [{ ip_address: "192.0.2.1" }] }].map((one) => ({ network_id: net, ...one }));
  const refused = await cloud.call(cloud.demo, "POST", "ports", { ports: bulk });
  expect([refused.status, refused.body.NeutronError.type]).toEqual([400, "InvalidIpForNetwork"]);
  expect(await count()).toBe(before);
  const made = await cloud.call(cloud.demo, "POST", "ports", { ports: bulk.slice(0, 2) });
  expect([made.status, made.body.ports.length, await count()]).toEqual([201, 2, before + 2]);
});
