import { afterAll, beforeAll, expect, test } from "vitest";
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
