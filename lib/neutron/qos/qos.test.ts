import { afterAll, beforeAll, expect, test } from "vitest";
import ruleTypes from "../../demo/legacy/api/qos-rule-types.json" with { type: "json" };
import { type TestService, testService } from "../testing/service.ts";

let cloud: TestService;
beforeAll(async () => {
  cloud = await testService();
});
afterAll(() => cloud.close());

const newPolicy = async (more: object = {}) => {
  const body = { policy: { name: "p", ...more } };
  return (await cloud.call(cloud.admin, "POST", "qos/policies", body)).body.policy;
};
const addRule = (policy: { id: string }, type: string, values: object) =>
  cloud.call(cloud.admin, "POST", `qos/policies/${policy.id}/${type}_rules`, { [`${type}_rule`]: values });

test("a policy shows its rules, of any type, and its revision rises with them", async () => {
  const policy = await newPolicy({ description: "slow" });
  expect(policy).toMatchObject({
    name: "p",
    description: "slow",
    shared: false,
    is_default: false,
    rules: [],
    tags: [],
    revision_number: 0,
    project_id: cloud.admin.projectId,
    tenant_id: cloud.admin.projectId,
  });
  const limit = await addRule(policy, "bandwidth_limit", { max_kbps: "200" });
  expect(limit.status).toBe(201);
  expect(limit.body.bandwidth_limit_rule).toEqual({
    id: expect.any(String),
    max_kbps: 200,
    max_burst_kbps: 0,
    direction: "egress",
  });
  await addRule(policy, "dscp_marking", { dscp_mark: 26 });
  const shown = (await cloud.call(cloud.admin, "GET", `qos/policies/${policy.id}`)).body.policy;
  expect(shown.rules).toEqual([
    { ...limit.body.bandwidth_limit_rule, type: "bandwidth_limit", qos_policy_id: policy.id },
    { id: expect.any(String), dscp_mark: 26, type: "dscp_marking", qos_policy_id: policy.id },
  ]);
  expect(shown.revision_number).toBe(2);
});

test("rules that contradict each other are refused", async () => {
  const policy = await newPolicy();
  const { bandwidth_limit_rule: limit } = (await addRule(policy, "bandwidth_limit", { max_kbps: 100 })).body;
  await addRule(policy, "minimum_packet_rate", { min_kpps: 5, direction: "egress" });
  for (const [type, values, error, message] of [
    [
      "bandwidth_limit",
      { max_kbps: 7 },
      "QoSRulesConflict",
      `Rule bandwidth_limit conflicts with rule ${limit.id} which already exists in QoS Policy ${policy.id}.`,
    ],
    [
      "minimum_bandwidth",
      { min_kbps: 101 },
      "QoSRuleParameterConflict",
      `Unable to add the rule with value 101 to the policy ${policy.id} as the existing rule of type bandwidth_limit has value 100.`,
    ],
    [
      "minimum_packet_rate",
      { min_kpps: 5, direction: "any" },
      "QoSRuleParameterConflict",
      `Unable to add the rule with value any to the policy ${policy.id} as the existing rule of type minimum_packet_rate has value egress.`,
    ],
  ] as const) {
    const reply = await addRule(policy, type, values);
    expect([reply.status, reply.body.NeutronError.type]).toEqual([409, error]);
    expect(reply.body.NeutronError.message).toBe(message);
  }
  expect((await addRule(policy, "bandwidth_limit", { max_kbps: 7, direction: "ingress" })).status).toBe(201);
  const wrong = await addRule(policy, "dscp_marking", { dscp_mark: 58 });
  expect(wrong.status).toBe(400);
  expect(wrong.body.NeutronError.message).toBe("Invalid input for dscp_mark. Reason: 58 is not in valid_values.");
});

test("a rule is changed and removed by its policy's path and by its own", async () => {
  const policy = await newPolicy();
  const { id } = (await addRule(policy, "bandwidth_limit", { max_kbps: 1 })).body.bandwidth_limit_rule;
  const below = `qos/policies/${policy.id}/bandwidth_limit_rules/${id}`;
  const alias = `qos/alias-bandwidth-limit-rules/${id}`;
  const one = await cloud.call(cloud.admin, "PUT", below, { bandwidth_limit_rule: { max_kbps: 2 } });
  expect(one.body.bandwidth_limit_rule).toMatchObject({ max_kbps: 2, direction: "egress" });
  const other = await cloud.call(cloud.admin, "PUT", alias, { alias_bandwidth_limit_rule: { max_burst_kbps: 3 } });
  expect(other.body.alias_bandwidth_limit_rule).toMatchObject({ id, max_kbps: 2, max_burst_kbps: 3 });
  expect((await cloud.call(cloud.admin, "DELETE", alias)).status).toBe(204);
  const gone = await cloud.call(cloud.admin, "GET", below);
  expect(gone.body.NeutronError).toMatchObject({
    type: "QosRuleNotFound",
    message: `QoS rule ${id} for policy ${policy.id} could not be found.`,
  });
  const nowhere = await addRule({ id: "policy" }, "bandwidth_limit", { max_kbps: 1 });
  expect([nowhere.status, nowhere.body.NeutronError.type]).toEqual([404, "QosPolicyNotFound"]);
});

test("who is no administrator may look at his own and shared policies only", async () => {
  const own = await newPolicy({ project_id: cloud.demo.projectId });
  const foreign = await newPolicy();
  const shared = await newPolicy({ shared: true });
  const { bandwidth_limit_rule: rule } = (await addRule(own, "bandwidth_limit", { max_kbps: 1 })).body;
  const seen = (await cloud.call(cloud.demo, "GET", "qos/policies")).body.policies;
  expect(seen.map((one: { id: string }) => one.id)).toEqual([own.id, shared.id]);
  expect((await cloud.call(cloud.demo, "GET", `qos/policies/${shared.id}`)).body.policy).toEqual(shared);
  const status = async (method: string, path: string, body?: object) =>
    (await cloud.call(cloud.demo, method, `qos/policies${path}`, body)).status;
  expect(await status("POST", "", { policy: { name: "x" } })).toBe(403);
  expect(await status("PUT", `/${own.id}`, { policy: { name: "x" } })).toBe(403);
  expect(await status("PUT", `/${foreign.id}`, { policy: { name: "x" } })).toBe(404);
  expect(await status("DELETE", `/${shared.id}`)).toBe(403);
  expect(await status("POST", "/policy/dscp_marking_rules", { dscp_marking_rule: { dscp_mark: 8 } })).toBe(403);
  const rulePath = `/${own.id}/bandwidth_limit_rules/${rule.id}`;
  expect(await status("GET", rulePath)).toBe(200);
  expect(await status("PUT", rulePath, { bandwidth_limit_rule: { max_kbps: 2 } })).toBe(403);
});

test("a project has one default policy", async () => {
  const first = await newPolicy({ project_id: "a", is_default: true });
  const refused = await cloud.call(cloud.admin, "POST", "qos/policies", {
    policy: { name: "second", project_id: "a", is_default: true },
  });
  expect([refused.status, refused.body.NeutronError]).toEqual([
    409,
    {
      type: "QoSPolicyDefaultAlreadyExists",
      message: "A default QoS policy exists for project a.",
      detail: "",
    },
  ]);
  await cloud.call(cloud.admin, "PUT", `qos/policies/${first.id}`, { policy: { is_default: false } });
  expect((await newPolicy({ project_id: "a", is_default: true })).is_default).toBe(true);
});

test("rule types are those that all drivers keep; administrators learn which driver keeps what", async () => {
  expect((await cloud.call(cloud.demo, "GET", "qos/rule-types")).body).toEqual(ruleTypes);
  expect((await cloud.call(cloud.demo, "GET", "qos/rule-types?all_supported=True")).body.rule_types).toHaveLength(5);
  const { rule_type } = (await cloud.call(cloud.admin, "GET", "qos/rule-types/dscp_marking")).body;
  expect(rule_type.drivers.map((driver: { name: string }) => driver.name)).toEqual(["openvswitch", "linuxbridge"]);
  expect(rule_type.drivers[0].supported_parameters).toEqual([
    { parameter_name: "dscp_mark", parameter_type: "choices", parameter_values: expect.arrayContaining([0, 56]) },
  ]);
  expect((await cloud.call(cloud.demo, "GET", "qos/rule-types/dscp_marking")).status).toBe(403);
});

test("a policy that something uses stays, and is detached by those alone who may", async () => {
  const policy = await newPolicy();
  const made = await cloud.call(cloud.demo, "POST", "networks", { network: {} });
  const path = `networks/${made.body.network.id}`;
  const attach = (who = cloud.demo, qos_policy_id: string | null = policy.id) =>
    cloud.call(who, "PUT", path, { network: { qos_policy_id } });
  const unseen = await attach();
  expect([unseen.status, unseen.body.NeutronError.type]).toEqual([404, "QosPolicyNotFound"]);
  expect((await attach(cloud.admin)).body.network.qos_policy_id).toBe(policy.id);
  const port = { port: { network_id: made.body.network.id } };
  expect((await cloud.call(cloud.demo, "POST", "ports", port)).body.port).toMatchObject({
    qos_policy_id: null,
    qos_network_policy_id: policy.id,
  });
  const refused = await cloud.call(cloud.admin, "DELETE", `qos/policies/${policy.id}`);
  expect([refused.status, refused.body.NeutronError.message]).toEqual([
    409,
    `QoS Policy ${policy.id} is used by network ${made.body.network.id}.`,
  ]);
  const foreign = await attach(cloud.demo, null);
  expect([foreign.status, foreign.body.NeutronError.type]).toEqual([403, "PolicyRemoveAuthorizationError"]);
  await cloud.call(cloud.admin, "PUT", `qos/policies/${policy.id}`, { policy: { shared: true } });
  expect((await attach(cloud.demo, null)).body.network.qos_policy_id).toBeNull();
  expect((await cloud.call(cloud.admin, "DELETE", `qos/policies/${policy.id}`)).status).toBe(204);
});

test("new networks take the default policy of their project, unless they name one", async () => {
  const project_id = "with-default";
  const policy = await newPolicy({ project_id, is_default: true });
  const other = await newPolicy({ project_id });
  const create = async (more: object) =>
    (await cloud.call(cloud.admin, "POST", "networks", { network: { project_id, ...more } })).body.network;
  expect((await create({})).qos_policy_id).toBe(policy.id);
  expect((await create({ qos_policy_id: other.id })).qos_policy_id).toBe(other.id);
});

test("bandwidth is promised on physical networks only, and ports say what must be reserved", async () => {
  const policy = await newPolicy();
  await addRule(policy, "minimum_bandwidth", { min_kbps: 1000 });
  const tunnel = await cloud.call(cloud.admin, "POST", "networks", { network: { qos_policy_id: policy.id } });
  expect([tunnel.status, tunnel.body.NeutronError.type]).toEqual([409, "QosRuleNotSupportedByNetwork"]);
  const vlan = { "provider:network_type": "vlan", "provider:physical_network": "physnet1" };
  const { network } = (await cloud.call(cloud.admin, "POST", "networks", { network: vlan })).body;
  const body = { port: { network_id: network.id, qos_policy_id: policy.id, device_owner: "compute:nova" } };
  const { port } = (await cloud.call(cloud.admin, "POST", "ports", body)).body;
  const [group] = port.resource_request.request_groups;
  expect(group).toEqual({
    id: expect.any(String),
    required: ["CUSTOM_PHYSNET_PHYSNET1", "CUSTOM_VNIC_TYPE_NORMAL"],
    resources: { NET_BW_EGR_KILOBIT_PER_SEC: 1000 },
  });
  expect(port.resource_request.same_subtree).toEqual([group.id]);
  const reserved = await addRule(policy, "minimum_bandwidth", { min_kbps: 1, direction: "ingress" });
  expect(reserved.status).toBe(501);
});

test("a page behind a policy that the caller does not see is empty, and none is refused", async () => {
  const { id } = await newPolicy({ description: "paged" });
  const reply = await cloud.call(
    cloud.demo,
    "GET",
    `qos/policies?description=paged&sort_key=name&sort_dir=asc&limit=1&marker=${id}`,
  );
  expect([reply.status, reply.body.policies]).toEqual([200, []]);
});
