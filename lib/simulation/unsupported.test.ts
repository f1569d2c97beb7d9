/** What the API takes and no agent does is said of the host that would have it, and stops no check. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkCloud } from "../check/check.ts";
import { type TestCloud, testCloud } from "./testing/cloud.ts";
import { cloudOf } from "./world.ts";

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await testCloud();
  const { make, guest, service } = cloud;
  const network = await make("networks", "network", { name: "n" });
  const subnet = await make("subnets", "subnet", { network_id: network.id, ip_version: 4, cidr: "10.0.0.0/24" });
  const policy = await make("qos/policies", "policy", { name: "slow" });
  await guest("compute1", network.id, { name: "limited", qos_policy_id: policy.id });
  const router = await make("routers", "router", { name: "spare", ha: true });
  await service.call(service.admin, "PUT", `routers/${router.id}/add_router_interface`, { subnet_id: subnet.id });
  await cloud.simulation.settled();
  await cloud.simulation.settled();
});
afterAll(() => cloud?.close());

test("a limit and a highly available router are gaps of their hosts", () => {
  const { gaps } = cloudOf(cloud.simulation.moment());
  expect(gaps).toContainEqual({
    host: "compute1",
    file: "neutron-openvswitch-agent port limited",
    reason: "its QoS policy is not simulated: nothing limits or marks its traffic",
  });
  expect(gaps).toContainEqual({
    host: "network1",
    file: "neutron-l3-agent router spare",
    reason: "the router is highly available, and VRRP is not simulated",
  });
});

test("their hosts are checked all the same, and the check tells of them", () => {
  const { simulation } = cloud;
  const views = new Map(
    simulation.moment().hosts.flatMap(({ name }) => {
      const view = simulation.view(name);
      return view ? [[name, view] as const] : [];
    }),
  );
  const found = checkCloud(cloudOf(simulation.moment()), views).hosts.find((one) => one.name === "compute1");
  expect(found).toMatchObject({ checked: true, differences: [] });
  expect(found?.notChecked.join()).toContain("port limited");
});
