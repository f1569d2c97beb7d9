import { afterAll, beforeAll, expect, test } from "vitest";
import { serviceContext } from "../../identity/context.ts";
import { prepareAgents } from "../agent/hosts.ts";
import { type TestService, testService } from "../testing/service.ts";

let cloud: TestService;
beforeAll(async () => {
  cloud = await testService();
  await cloud.neutron.change(serviceContext(), prepareAgents);
});
afterAll(() => cloud.close());

const call = async (method: string, path: string, body?: object, who = cloud.demo) =>
  cloud.call(who, method, path, body);
const newNetwork = async (more: object = {}) =>
  (await call("POST", "networks", { network: { project_id: cloud.demo.projectId, ...more } }, cloud.admin)).body
    .network;
const newPort = async (network?: { id: string }, more: object = {}) => {
  const network_id = (network ?? (await newNetwork())).id;
  return (await call("POST", "ports", { port: { network_id, ...more } })).body.port;
};
const subPort = (port: { id: string }, segmentation_id: number) => ({
  port_id: port.id,
  segmentation_type: "vlan",
  segmentation_id,
});
const create = async (port_id: string, more: object = {}) => call("POST", "trunks", { trunk: { port_id, ...more } });
const newTrunk = async (more: object = {}) => (await create((await newPort()).id, more)).body.trunk;
const act = (trunk: { id: string }, action: string, sub_ports: unknown) =>
  call("PUT", `trunks/${trunk.id}/${action}`, { sub_ports });
const refusal = (reply: { status: number; body: { NeutronError: { type: string } } }) => [
  reply.status,
  reply.body.NeutronError.type,
];

test("a trunk carries subports, which its parent's view names", async () => {
  const trunk = await newTrunk();
  expect(trunk).toMatchObject({
    name: "",
    description: "",
    admin_state_up: true,
    status: "DOWN",
    sub_ports: [],
    project_id: cloud.demo.projectId,
    tags: [],
  });
  const [one, two] = [await newPort(), await newPort()];
  const added = await act(trunk, "add_subports", [subPort(one, 2), subPort(two, 4)]);
  expect(added.status).toBe(200);
  expect(added.body.sub_ports).toEqual([subPort(one, 2), subPort(two, 4)]);
  expect(added.body.revision_number).toBeGreaterThan(trunk.revision_number);
  const parent = (await call("GET", `ports/${trunk.port_id}`)).body.port;
  expect(parent.trunk_details).toEqual({
    trunk_id: trunk.id,
    sub_ports: [
      { ...subPort(one, 2), mac_address: one.mac_address },
      { ...subPort(two, 4), mac_address: two.mac_address },
    ],
  });
  expect(one).not.toHaveProperty("trunk_details");
  const removed = await act(trunk, "remove_subports", [{ port_id: two.id }]);
  expect(removed.body.sub_ports).toEqual([subPort(one, 2)]);
  expect((await call("GET", `trunks/${trunk.id}/get_subports`)).body).toEqual({ sub_ports: [subPort(one, 2)] });
  expect(refusal(await act(trunk, "remove_subports", [{ port_id: two.id }]))).toEqual([404, "SubPortNotFound"]);
});

test("a port is in one trunk at most, and stays while it is", async () => {
  const [parent, sub] = [await newPort(), await newPort()];
  const { trunk } = (await create(parent.id, { sub_ports: [subPort(sub, 2)] })).body;
  expect(refusal(await create(parent.id))).toEqual([409, "ParentPortInUse"]);
  expect(refusal(await create(sub.id))).toEqual([409, "TrunkPortInUse"]);
  expect(refusal(await act(trunk, "add_subports", [subPort(parent, 3)]))).toEqual([409, "ParentPortInUse"]);
  const other = await newTrunk();
  expect(refusal(await act(other, "add_subports", [subPort(sub, 3)]))).toEqual([409, "TrunkPortInUse"]);
  const taken = await act(trunk, "add_subports", [subPort(await newPort(), 2)]);
  expect([refusal(taken), taken.body.NeutronError.message]).toEqual([
    [409, "DuplicateSubPort"],
    `segmentation_type vlan and segmentation_id 2 already in use on trunk ${trunk.id}.`,
  ]);
  expect(refusal(await call("DELETE", `ports/${parent.id}`))).toEqual([409, "PortInUseAsTrunkParent"]);
  expect(refusal(await call("DELETE", `ports/${sub.id}`))).toEqual([409, "PortInUseAsSubPort"]);
  expect((await call("DELETE", `trunks/${trunk.id}`)).status).toBe(204);
  for (const port of [parent, sub]) expect((await call("DELETE", `ports/${port.id}`)).status).toBe(204);
});

test("a port that something else uses becomes no subport, and a bound one of Open vSwitch no parent", async () => {
  const trunk = await newTrunk();
  const used = await newPort(undefined, { device_id: "server" });
  expect(refusal(await act(trunk, "add_subports", [subPort(used, 2)]))).toEqual([409, "PortInUse"]);
  const bound = await newPort();
  await call("PUT", `ports/${bound.id}`, { port: { "binding:host_id": "compute1" } }, cloud.admin);
  expect(refusal(await create(bound.id))).toEqual([409, "ParentPortInUse"]);
  await call("PUT", `ports/${trunk.port_id}`, { port: { "binding:host_id": "compute1" } }, cloud.admin);
  expect(refusal(await call("DELETE", `trunks/${trunk.id}`))).toEqual([409, "TrunkInUse"]);
});

test("a disabled trunk is neither changed nor deleted", async () => {
  const trunk = await newTrunk({ admin_state_up: false });
  const sub = await newPort();
  expect(refusal(await act(trunk, "add_subports", [subPort(sub, 2)]))).toEqual([409, "TrunkDisabled"]);
  expect(refusal(await act(trunk, "remove_subports", [subPort(sub, 2)]))).toEqual([409, "TrunkDisabled"]);
  expect(refusal(await call("DELETE", `trunks/${trunk.id}`))).toEqual([409, "TrunkDisabled"]);
  await call("PUT", `trunks/${trunk.id}`, { trunk: { admin_state_up: true } });
  expect((await call("DELETE", `trunks/${trunk.id}`)).status).toBe(204);
});

test("subports are read strictly", async () => {
  const trunk = await newTrunk();
  const port = await newPort();
  const absent = "3f0f4a51-0f1b-4b7e-8d3a-3b8f7f0c1a11";
  for (const [sub_ports, expected] of [
    [subPort(port, 2), [400, "InvalidInput"]],
    [undefined, [400, "InvalidInput"]],
    [[{ port_id: port.id, segmentation_type: "vlan" }], [400, "InvalidInput"]],
    [[{ port_id: port.id, segmentation_id: 3 }], [400, "InvalidInput"]],
    [[{ segmentation_type: "vlan", segmentation_id: 3 }], [400, "InvalidInput"]],
    [[{ port_id: "x", segmentation_type: "vlan", segmentation_id: 3 }], [400, "InvalidInput"]],
    [
      [subPort(port, 2), subPort(port, 3)],
      [400, "InvalidInput"],
    ],
    [[subPort(port, 0)], [400, "InvalidInput"]],
    [[subPort(port, 4095)], [400, "InvalidInput"]],
    [[{ ...subPort(port, 2), segmentation_type: "vxlan" }], [400, "InvalidInput"]],
    [[{ ...subPort(port, 2), segmentation_id: "a" }], [400, "InvalidInput"]],
    [[{ port_id: port.id }], [400, "InvalidInput"]],
    [[{ port_id: port.id, segmentation_type: "inherit" }], [400, "InvalidInput"]],
    [[subPort({ id: absent }, 2)], [404, "PortNotFound"]],
  ] as const)
    expect(refusal(await act(trunk, "add_subports", sub_ports))).toEqual(expected);
  expect(refusal(await create(absent))).toEqual([404, "PortNotFound"]);
  const twice = await create(port.id, { sub_ports: [subPort({ id: absent }, 2), subPort(port, 2)] });
  expect([twice.status, twice.body.NeutronError.message]).toEqual([
    400,
    `Invalid input for sub_ports. Reason: Segmentation ID '2' for '${port.id}' is not unique.`,
  ]);
});

test("a subport takes the VLAN of its network, and no network that carries longer frames than the parent's", async () => {
  const vlan = { "provider:network_type": "vlan", "provider:physical_network": "physnet1" };
  const network = await newNetwork(vlan);
  const sub = await newPort(network);
  const inherit = [{ port_id: sub.id, segmentation_type: "inherit" }];
  const parent = await newPort(await newNetwork(vlan));
  const { trunk } = (await create(parent.id, { sub_ports: inherit })).body;
  expect(trunk.sub_ports).toEqual([subPort(sub, network["provider:segmentation_id"])]);
  const tunnelled = await newTrunk();
  const long = await newPort(network);
  const reply = await act(tunnelled, "add_subports", [subPort(long, 2)]);
  expect(refusal(reply)).toEqual([409, "SubPortMtuGreaterThanTrunkPortMtu"]);
});

test("another project's trunk and ports are not there", async () => {
  const trunk = await newTrunk();
  expect(refusal(await call("GET", `trunks/${trunk.id}`, undefined, cloud.other))).toEqual([404, "TrunkNotFound"]);
  const body = { sub_ports: [] };
  expect((await call("PUT", `trunks/${trunk.id}/add_subports`, body, cloud.other)).status).toBe(404);
  const port = await newPort();
  expect(refusal(await call("POST", "trunks", { trunk: { port_id: port.id } }, cloud.other))).toEqual([
    404,
    "PortNotFound",
  ]);
});

test("the agent of the parent's host connects the subports there, and says that the trunk works", async () => {
  const trunk = await newTrunk();
  const [first, later] = [await newPort(), await newPort()];
  await act(trunk, "add_subports", [subPort(first, 2)]);
  const shown = async () => (await call("GET", `trunks/${trunk.id}`)).body.trunk.status;
  expect(await shown()).toBe("DOWN");
  const bind = (host: string) =>
    call("PUT", `ports/${trunk.port_id}`, { port: { "binding:host_id": host } }, cloud.admin);
  expect((await bind("compute1")).body.port["binding:vif_details"].bridge_name).toBe(`tbr-${trunk.id}`.slice(0, 14));
  expect(await shown()).toBe("ACTIVE");
  const added = await act(trunk, "add_subports", [subPort(later, 3)]);
  expect(added.body.status).toBe("DOWN");
  expect(await shown()).toBe("ACTIVE");
  for (const { id } of [first, later])
    expect((await call("GET", `ports/${id}`, undefined, cloud.admin)).body.port).toMatchObject({
      device_owner: "trunk:subport",
      "binding:host_id": "compute1",
      status: "ACTIVE",
    });
  await bind("");
  expect(await shown()).toBe("DOWN");
});
