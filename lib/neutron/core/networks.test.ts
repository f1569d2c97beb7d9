import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../config/config.ts";
import { type TestService, testService } from "../testing/service.ts";

let cloud: TestService;
beforeAll(async () => {
  cloud = await testService();
});
afterAll(() => cloud.close());

const create = (values: object, who = cloud.demo) => cloud.call(who, "POST", "networks", { network: values });

test("a project's network has a VXLAN segment of the ranges, which its owner does not see", async () => {
  const { status, body } = await create({ name: "n" });
  expect(status).toBe(201);
  expect(body.network).toMatchObject({ name: "n", mtu: 1450, status: "ACTIVE", shared: false, revision_number: 1 });
  expect(Object.keys(body.network).filter((name) => name.startsWith("provider:"))).toEqual([]);
  const seen = await cloud.call(cloud.admin, "GET", `networks/${body.network.id}`);
  expect(seen.body.network["provider:network_type"]).toBe("vxlan");
  expect(seen.body.network["provider:segmentation_id"]).toBeGreaterThan(0);
});

test("a network with ports stays, and one without goes", async () => {
  const { id } = (await create({})).body.network;
  const port = (await cloud.call(cloud.demo, "POST", "ports", { port: { network_id: id } })).body.port;
  const refused = await cloud.call(cloud.demo, "DELETE", `networks/${id}`);
  expect([refused.status, refused.body.NeutronError]).toEqual([
    409,
    {
      type: "NetworkInUse",
      message: `Unable to complete operation on network ${id}. There are one or more ports still in use on the network, id for these ports is: ${port.id}.`,
      detail: "",
    },
  ]);
  expect((await cloud.call(cloud.demo, "DELETE", `ports/${port.id}`)).status).toBe(204);
  expect((await cloud.call(cloud.demo, "DELETE", `networks/${id}`)).status).toBe(204);
  expect((await cloud.call(cloud.admin, "GET", `networks/${id}`)).status).toBe(404);
});

test("administrators choose segments, also outside of the ranges, and each is one network's", async () => {
  const vlan = { "provider:network_type": "vlan", "provider:physical_network": "physnet1" };
  const made = await create({ ...vlan, "provider:segmentation_id": 7 }, cloud.admin);
  expect(made.body.network).toMatchObject({ ...vlan, "provider:segmentation_id": 7, mtu: 1500 });
  const drawn = (await create(vlan, cloud.admin)).body.network["provider:segmentation_id"];
  expect(drawn >= 1000 && drawn <= 1099).toBe(true);
  const refusals = [
    [
      { ...vlan, "provider:segmentation_id": 7 },
      409,
      "VlanIdInUse",
      "Unable to create the network. The VLAN 7 on physical network physnet1 is in use.",
    ],
    [
      { ...vlan, "provider:segmentation_id": 4095 },
      400,
      "InvalidInput",
      "Invalid input for operation: segmentation_id out of range (1 through 4094).",
    ],
    [
      { ...vlan, "provider:physical_network": "x" },
      400,
      "InvalidInput",
      "Invalid input for operation: physical_network 'x' unknown for VLAN provider network.",
    ],
    [
      { "provider:network_type": "vlan", "provider:segmentation_id": 8 },
      400,
      "InvalidInput",
      "Invalid input for operation: segmentation_id requires physical_network for VLAN provider network.",
    ],
    [
      { "provider:network_type": "flat" },
      400,
      "InvalidInput",
      "Invalid input for operation: physical_network required for flat provider network.",
    ],
    [
      { "provider:network_type": "token" },
      400,
      "InvalidInput",
      "Invalid input for operation: network_type value 'token' not supported.",
    ],
    [{ "provider:segmentation_id": 8 }, 400, "InvalidInput", "Invalid input for operation: network_type required."],
    [
      { "provider:network_type": "vxlan", "provider:physical_network": "x" },
      400,
      "InvalidInput",
      "Invalid input for operation: provider:physical_network specified for vxlan network.",
    ],
    [{ mtu: 1451 }, 400, "InvalidInput", "Invalid input for operation: Requested MTU is too big, maximum is 1450."],
    [
      { availability_zone_hints: ["mars"] },
      404,
      "AvailabilityZoneNotFound",
      "AvailabilityZone mars could not be found.",
    ],
  ] as const;
  for (const [values, status, type, message] of refusals) {
    const reply = await create(values, cloud.admin);
    expect([reply.status, reply.body.NeutronError]).toEqual([status, { type, message, detail: "" }]);
  }
  for (const [type, mtu] of [
    ["gre", 1458],
    ["geneve", 1450],
    ["local", 1500],
  ] as const)
    expect([type, (await create({ "provider:network_type": type }, cloud.admin)).body.network.mtu]).toEqual([
      type,
      mtu,
    ]);
  expect((await create(vlan)).status).toBe(403);
});

test("the tag of a VLAN network can change, nothing else of a segment", async () => {
  const vlan = { "provider:network_type": "vlan", "provider:physical_network": "physnet1" };
  const { id } = (await create({ ...vlan, "provider:segmentation_id": 20 }, cloud.admin)).body.network;
  const change = (values: object) => cloud.call(cloud.admin, "PUT", `networks/${id}`, { network: values });
  expect((await change({ "provider:segmentation_id": 21 })).body.network["provider:segmentation_id"]).toBe(21);
  expect((await create({ ...vlan, "provider:segmentation_id": 20 }, cloud.admin)).status).toBe(201);
  expect((await change({ "provider:segmentation_id": 20 })).body.NeutronError.type).toBe("VlanIdInUse");
  expect((await change({ "provider:physical_network": "physnet2" })).body.NeutronError.type).toBe("InvalidInput");
});

test("a network of several segments shows them in a list", async () => {
  const segment = (physical: string, id: number) => ({
    "provider:network_type": "vlan",
    "provider:physical_network": physical,
    "provider:segmentation_id": id,
  });
  const flat = { "provider:network_type": "flat", "provider:physical_network": "p2" };
  const segments = [segment("physnet1", 30), flat];
  const { network } = (await create({ segments }, cloud.admin)).body;
  expect(network.segments).toEqual([segment("physnet1", 30), { ...flat, "provider:segmentation_id": null }]);
  expect("provider:network_type" in network).toBe(false);
  const type = async (values: object) => (await create(values, cloud.admin)).body.NeutronError.type;
  expect(await type({ segments: [segment("physnet1", 31), segment("physnet1", 31)] })).toBe(
    "SegmentsContainDuplicateEntry",
  );
  expect(await type({ segments, "provider:network_type": "local" })).toBe("SegmentsSetInConjunctionWithProviders");
  expect(await type({ segments: [segment("physnet1", 32), flat] })).toBe("FlatNetworkInUse");
  expect((await create({ segments: [segment("physnet1", 32)] }, cloud.admin)).status).toBe(201); // Not taken by the refused one.
  const none = (await create({ segments: [] }, cloud.admin)).body.network;
  expect(none).toMatchObject({ "provider:network_type": "vxlan", "provider:segmentation_id": expect.any(Number) });
});

test("an external network is everybody's to see, and one is the default", async () => {
  const { network } = (await create({ "router:external": true, is_default: true }, cloud.admin)).body;
  expect(network).toMatchObject({ "router:external": true, is_default: true, shared: false });
  const seen = await cloud.call(cloud.other, "GET", `networks?router:external=true`);
  expect(seen.body.networks.map((one: { id: string }) => one.id)).toEqual([network.id]);
  const second = await create({ "router:external": true, is_default: true }, cloud.admin);
  expect([second.status, second.body.NeutronError.type]).toEqual([409, "DefaultExternalNetworkExists"]);
  await cloud.call(cloud.admin, "PUT", `networks/${network.id}`, { network: { "router:external": false } });
  expect((await cloud.call(cloud.other, "GET", `networks/${network.id}`)).status).toBe(404);
  expect((await create({ "router:external": true })).status).toBe(403);
});

test("ranges that are used up say so, and in order means in order", async () => {
  const ml2 = { ...DEFAULT_CONFIG.ml2, segment_allocation: "in_order" as const };
  const vni_ranges = [
    [5, 6],
    [9, 9],
  ] as const;
  const small = await testService({
    ...DEFAULT_CONFIG,
    ml2,
    ml2_type_vxlan: { ...DEFAULT_CONFIG.ml2_type_vxlan, vni_ranges },
  });
  const make = () => small.call(small.admin, "POST", "networks", { network: {} });
  const ids = [];
  for (let i = 0; i < 3; i++) ids.push((await make()).body.network["provider:segmentation_id"]);
  expect(ids).toEqual([5, 6, 9]);
  const last = await make();
  expect([last.status, last.body.NeutronError]).toEqual([
    503,
    {
      type: "NoNetworkAvailable",
      message: "Unable to create the network. No tenant network is available for allocation.",
      detail: "",
    },
  ]);
  await small.close();
});

test("an attribute of a driver that is not configured is unknown", async () => {
  const ml2 = { ...DEFAULT_CONFIG.ml2, extension_drivers: [] };
  const plain = await testService({ ...DEFAULT_CONFIG, ml2 });
  const make = (network: object) => plain.call(plain.admin, "POST", "networks", { network });
  const { network } = (await make({})).body;
  for (const name of ["port_security_enabled", "qos_policy_id", "dns_domain"]) {
    expect(name in network).toBe(false);
    expect((await make({ [name]: null })).body.NeutronError.message).toBe(`Unrecognized attribute(s) '${name}'`);
  }
  await plain.close();
});
