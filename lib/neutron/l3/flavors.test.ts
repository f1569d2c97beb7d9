import { afterAll, beforeAll, expect, test } from "vitest";
import { type Lab, lab } from "./testing/lab.ts";

let cloud: Lab;
beforeAll(async () => {
  cloud = await lab();
});
afterAll(() => cloud.close());

const DVR = "neutron.services.l3_router.service_providers.dvr.DvrDriver";
const profile = (values: object) => cloud.make(cloud.admin, "service_profiles", "service_profile", values);
const flavor = () => cloud.make(cloud.admin, "flavors", "flavor", { name: "f", service_type: "L3_ROUTER_NAT" });

test("a router has the provider that its flavor names", async () => {
  const { id } = await flavor();
  const { id: profileId } = await profile({ driver: DVR });
  const attached = { service_profile: { id: profileId } };
  expect(await cloud.refused(cloud.demo, "POST", "routers", { router: { flavor_id: id } })).toMatch(
    /^404 FlavorServiceProfileBindingNotFound/,
  );
  expect((await cloud.call(cloud.admin, "POST", `flavors/${id}/service_profiles`, attached)).status).toBe(201);
  expect(await cloud.refused(cloud.admin, "POST", `flavors/${id}/service_profiles`, attached)).toBe(
    `409 FlavorServiceProfileBindingExists: Service Profile ${profileId} is already associated with flavor ${id}.`,
  );
  expect((await cloud.get(cloud.demo, `flavors/${id}`)).flavor.service_profiles).toEqual([profileId]);
  const router = await cloud.make(cloud.demo, "routers", "router", { flavor_id: id, admin_state_up: false });
  expect(router.flavor_id).toBe(id);
  expect((await cloud.get(cloud.admin, `routers/${router.id}`)).router.distributed).toBe(true);
  expect(await cloud.refused(cloud.admin, "POST", "routers", { router: { flavor_id: id, distributed: false } })).toBe(
    "400 InvalidInput: Invalid input for operation: Provider dvr does not support distributed=False.",
  );
  expect(await cloud.refused(cloud.admin, "PUT", `routers/${router.id}`, { router: { distributed: false } })).toMatch(
    /^400 InvalidInput: .*is not supported\.$/,
  );
  expect(await cloud.refused(cloud.admin, "DELETE", `service_profiles/${profileId}`)).toMatch(
    /^409 ServiceProfileInUse/,
  );
  const detach = `flavors/${id}/service_profiles/${profileId}`;
  expect((await cloud.call(cloud.admin, "DELETE", detach)).status).toBe(204);
  expect(await cloud.refused(cloud.admin, "DELETE", detach)).toMatch(/^404 FlavorServiceProfileBindingNotFound/);
  expect((await cloud.call(cloud.admin, "DELETE", `service_profiles/${profileId}`)).status).toBe(204);
});

test("profiles name a driver that there is, or say something else", async () => {
  const refused = (values: object) =>
    cloud.refused(cloud.admin, "POST", "service_profiles", { service_profile: values });
  expect(await refused({ driver: "x" })).toBe(
    "404 ServiceProfileDriverNotFound: Service Profile driver x could not be found.",
  );
  expect(await refused({})).toMatch(/^400 ServiceProfileEmpty/);
  expect(await profile({ metainfo: '{"data": "value"}' })).toMatchObject({ enabled: true, driver: "" });
});

test("administrators alone make flavors; profiles are theirs", async () => {
  expect((await cloud.call(cloud.demo, "POST", "flavors", { flavor: { service_type: "QOS" } })).status).toBe(403);
  expect((await cloud.get(cloud.demo, "service_profiles")).service_profiles).toEqual([]);
  expect(await cloud.refused(cloud.admin, "POST", "flavors", { flavor: { service_type: "TEA" } })).toMatch(
    /^400 InvalidServiceType/,
  );
});
