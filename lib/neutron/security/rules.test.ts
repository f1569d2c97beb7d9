import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestService, testService } from "../testing/service.ts";

let cloud: TestService;
let groupId: string;
beforeAll(async () => {
  cloud = await testService();
  const made = await cloud.call(cloud.demo, "POST", "security-groups", { security_group: { name: "g" } });
  groupId = made.body.security_group.id;
});
afterAll(() => cloud.close());

const post = (values: object) =>
  cloud.call(cloud.demo, "POST", "security-group-rules", {
    security_group_rule: { security_group_id: groupId, direction: "ingress", ...values },
  });

test.each([
  [{ protocol: "tcp", port_range_min: 80, port_range_max: 79 }, "SecurityGroupInvalidPortRange"],
  [{ protocol: "tcp", port_range_min: 80 }, "SecurityGroupInvalidPortRange"],
  [{ protocol: "udp", port_range_min: 0, port_range_max: 9 }, "SecurityGroupInvalidPortValue"],
  [{ protocol: "tcp", port_range_min: 1, port_range_max: 65536 }, "SecurityGroupInvalidPortValue"],
  [{ port_range_min: 1, port_range_max: 2 }, "SecurityGroupProtocolRequiredWithPorts"],
  [{ protocol: "gre", port_range_min: 1, port_range_max: 2 }, "SecurityGroupInvalidProtocolForPort"],
  [{ protocol: "icmp", port_range_min: 256 }, "SecurityGroupInvalidIcmpValue"],
  [{ protocol: "icmp", port_range_min: 3, port_range_max: 256 }, "SecurityGroupInvalidIcmpValue"],
  [{ protocol: "icmp", port_range_max: 3 }, "SecurityGroupMissingIcmpType"],
  [{ protocol: "carrier-pigeon" }, "SecurityGroupRuleInvalidProtocol"],
  [{ protocol: 256 }, "SecurityGroupRuleInvalidProtocol"],
  [{ protocol: "ipv6-icmp" }, "SecurityGroupEthertypeConflictWithProtocol"],
  [{ protocol: "58" }, "SecurityGroupEthertypeConflictWithProtocol"],
  [{ ethertype: "IPv5" }, "SecurityGroupRuleInvalidEtherType"],
  [{ ethertype: "IPv6", remote_ip_prefix: "10.0.0.0/8" }, "SecurityGroupRuleParameterConflict"],
  [{ remote_ip_prefix: "10.0.0.0/40" }, "InvalidCIDR"],
  [{ direction: "sideways" }, "HTTPBadRequest"],
])("a rule of %j is refused: %s", async (values, type) => {
  const reply = await post(values);
  expect([reply.status, reply.body.NeutronError.type]).toEqual([400, type]);
});

test("a rule says from where once, and from groups and address groups that are there", async () => {
  const twice = await post({ remote_ip_prefix: "10.0.0.0/8", remote_group_id: groupId });
  expect([twice.status, twice.body.NeutronError.type]).toEqual([400, "SecurityGroupMultipleRemoteEntites"]);
  const strange = await cloud.call(cloud.other, "GET", "security-groups");
  const foreign = strange.body.security_groups[0].id;
  for (const id of [foreign, "nonsense"]) {
    const reply = await post({ remote_group_id: id });
    expect([reply.status, reply.body.NeutronError.message]).toEqual([404, `Security group ${id} does not exist`]);
  }
  const addresses = await post({ remote_address_group_id: "nonsense" });
  expect([addresses.status, addresses.body.NeutronError.type]).toEqual([404, "AddressGroupNotFound"]);
  const stranger = await cloud.call(cloud.other, "POST", "security-group-rules", {
    security_group_rule: { security_group_id: groupId, direction: "ingress" },
  });
  expect([stranger.status, stranger.body.NeutronError.type]).toEqual([404, "SecurityGroupNotFound"]);
});

test("values are kept in their one form", async () => {
  const { body } = await post({ protocol: "TCP", ethertype: "ipv4", remote_ip_prefix: "192.0.2.9/24" });
  expect(body.security_group_rule).toMatchObject({
    protocol: "tcp",
    ethertype: "IPv4",
    remote_ip_prefix: "192.0.2.9/24",
    normalized_cidr: "192.0.2.0/24",
  });
  const icmp6 = (await post({ protocol: "icmp", ethertype: "IPv6" })).body.security_group_rule;
  expect(icmp6.protocol).toBe("ipv6-icmp");
  const all = (await post({ protocol: "udp", port_range_min: 1, port_range_max: 65535 })).body.security_group_rule;
  expect([all.port_range_min, all.port_range_max]).toEqual([null, null]);
  const number = (await post({ protocol: 99 })).body.security_group_rule;
  expect(number.protocol).toBe("99");
  const host = (await post({ remote_ip_prefix: "192.0.2.7" })).body.security_group_rule;
  expect(host.remote_ip_prefix).toBe("192.0.2.7/32");
});

test("two rules that say the same are one too many, however they say it", async () => {
  const first = (await post({ protocol: "sctp", remote_ip_prefix: "0.0.0.0/0" })).body.security_group_rule;
  for (const values of [{ protocol: "132" }, { protocol: "sctp" }, { protocol: "sctp", description: "other" }]) {
    const reply = await post(values);
    expect([reply.status, reply.body.NeutronError]).toEqual([
      409,
      {
        type: "SecurityGroupRuleExists",
        message: `Security group rule already exists. Rule id is ${first.id}.`,
        detail: "",
      },
    ]);
  }
});

test("of rules in one request, all are made or none", async () => {
  const count = async () =>
    (await cloud.call(cloud.demo, "GET", "security-group-rules")).body.security_group_rules.length;
  const before = await count();
  const rule = { security_group_id: groupId, direction: "egress", protocol: "igmp" };
  const both = await cloud.call(cloud.demo, "POST", "security-group-rules", { security_group_rules: [rule, rule] });
  expect([both.status, both.body.NeutronError.type]).toEqual([409, "DuplicateSecurityGroupRuleInPost"]);
  const second = (await cloud.call(cloud.demo, "POST", "security-groups", { security_group: {} })).body.security_group;
  const mixed = [rule, { ...rule, security_group_id: second.id }];
  const apart = await cloud.call(cloud.demo, "POST", "security-group-rules", { security_group_rules: mixed });
  expect([apart.status, apart.body.NeutronError.type]).toEqual([400, "SecurityGroupNotSingleGroupRules"]);
  const tenants = [rule, { ...rule, protocol: "ah", project_id: cloud.other.projectId }];
  const foreign = await cloud.call(cloud.admin, "POST", "security-group-rules", { security_group_rules: tenants });
  expect([foreign.status, foreign.body.NeutronError.type]).toEqual([400, "SecurityGroupRulesNotSingleTenant"]);
  await cloud.call(cloud.demo, "DELETE", `security-groups/${second.id}`);
  const late = [
    { ...rule, protocol: "ah" },
    { ...rule, remote_group_id: "nonsense" },
  ];
  const half = await cloud.call(cloud.demo, "POST", "security-group-rules", { security_group_rules: late });
  expect([half.status, half.body.NeutronError.type]).toEqual([404, "SecurityGroupNotFound"]);
  expect(await count()).toBe(before);
  const good = await cloud.call(cloud.demo, "POST", "security-group-rules", {
    security_group_rules: [rule, { ...rule, protocol: "pgm" }],
  });
  expect(good.body.security_group_rules).toHaveLength(2);
  expect(await count()).toBe(before + 2);
});
