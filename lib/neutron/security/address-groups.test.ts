import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestService, testService } from "../testing/service.ts";

let cloud: TestService;
beforeAll(async () => {
  cloud = await testService();
});
afterAll(() => cloud.close());

async function create(addresses: string[]) {
  const body = { address_group: { name: "a", addresses } };
  return (await cloud.call(cloud.demo, "POST", "address-groups", body)).body.address_group;
}

test("addresses come and go, as networks, all of a request or none", async () => {
  const made = await create(["192.0.2.9/24", "2001:db8::/32"]);
  expect(made.addresses).toEqual(["192.0.2.0/24", "2001:db8::/32"]);
  const act = (name: string, addresses: string[]) =>
    cloud.call(cloud.demo, "PUT", `address-groups/${made.id}/${name}`, { addresses });
  const added = await act("add_addresses", ["198.51.100.1/32"]);
  expect([added.status, added.body.address_group.addresses.length]).toEqual([200, 3]);
  const again = await act("add_addresses", ["203.0.113.0/24", "198.51.100.1/32"]);
  expect([again.status, again.body.NeutronError.type]).toEqual([400, "AddressesAlreadyExist"]);
  const unknown = await act("remove_addresses", ["203.0.113.0/24"]);
  expect([unknown.status, unknown.body.NeutronError.type]).toEqual([404, "AddressesNotFound"]);
  const removed = await act("remove_addresses", ["2001:db8::/32"]);
  expect(removed.body.address_group.addresses).toEqual(["192.0.2.0/24", "198.51.100.1/32"]);
  expect((await act("add_addresses", ["nowhere"])).status).toBe(400);
});

test("a group that a rule names stays, until the rule is gone", async () => {
  const { id } = await create([]);
  const { body } = await cloud.call(cloud.demo, "GET", "security-groups");
  const rule = await cloud.call(cloud.demo, "POST", "security-group-rules", {
    security_group_rule: {
      security_group_id: body.security_groups[0].id,
      direction: "ingress",
      remote_address_group_id: id,
    },
  });
  expect(rule.body.security_group_rule.remote_address_group_id).toBe(id);
  const refused = await cloud.call(cloud.demo, "DELETE", `address-groups/${id}`);
  expect([refused.status, refused.body.NeutronError.type]).toEqual([409, "AddressGroupInUse"]);
  await cloud.call(cloud.demo, "DELETE", `security-group-rules/${rule.body.security_group_rule.id}`);
  expect((await cloud.call(cloud.demo, "DELETE", `address-groups/${id}`)).status).toBe(204);
});
