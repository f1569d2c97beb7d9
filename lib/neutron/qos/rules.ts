/**
 * Rules of QoS policies: one resource for each type below the policy, and one that needs only the rule's id. Source:
 * neutron/services/qos/qos_plugin.py, neutron_lib/api/definitions/{qos,qos_rules_alias,qos_pps_*}.py, neutron/conf/policies/qos.py.
 */
import type { Attribute, Attributes, Json } from "../attribute.ts";
import { integer, type Kind, oneOf, text, uuid } from "../kind/kind.ts";
import { adminOnly, anyone } from "../policy.ts";
import type { Call, Change, Resource } from "../resource.ts";
import { NAME_SIZE, save } from "../standard.ts";
import { DIRECTIONS, DIRECTIONS_AND_ANY, DSCP_MARKS, MAX, portKeeps } from "./drivers.ts";
import { policyNotFound, reserved, ruleNotFound, ruleNotSupported } from "./errors.ts";
import { type QosPolicy, type QosRule, qosPolicies, type RuleType } from "./model.ts";
import { qosPolicyFor, ruleView } from "./policies.ts";
import { checkRule } from "./rule-checks.ts";
import { portsWith } from "./usage.ts";

const amount: Kind<number> = integer(0, MAX);
const direction = {
  ...settable(oneOf(DIRECTIONS)),
  default: "egress" as const,
};
const dscpMark: Kind<number> = {
  parse: (value) => oneOf(DSCP_MARKS).parse(integer().parse(value)),
  ...(amount.filter && { filter: amount.filter }),
};

function settable<T>(kind: Kind<T>): Attribute<T> {
  return { kind, post: true, put: true, filter: true, sort: true };
}

const PARAMETERS: Record<RuleType, Attributes> = {
  bandwidth_limit: {
    max_kbps: settable(amount),
    max_burst_kbps: { ...settable(amount), default: 0 },
    direction,
  },
  dscp_marking: { dscp_mark: settable(dscpMark) },
  minimum_bandwidth: { min_kbps: settable(amount), direction },
  packet_rate_limit: {
    max_kpps: settable(amount),
    max_burst_kpps: { ...settable(amount), default: 0 },
    direction,
  },
  minimum_packet_rate: {
    min_kpps: settable(amount),
    direction: { ...settable(oneOf(DIRECTIONS_AND_ANY)), default: "egress" },
  },
};

const id = { kind: uuid, filter: true, sort: true };
const tenant_id = { kind: text(NAME_SIZE), post: true, default: undefined };
const policy = { create: adminOnly, get: anyone, update: adminOnly, remove: adminOnly };

/** `/v2.0/qos/policies/POLICY/TYPE_rules`. */
export function ruleResource(type: RuleType): Resource {
  const name = `${type}_rule`;
  return {
    name,
    plural: `${name}s`,
    path: `qos/policies/:parent/${name}s`,
    attributes: { id, tenant_id, ...PARAMETERS[type] },
    policy,
    policyName: `policy_${name}`,
    async list(call, _query, parent = "") {
      const of = await qosPolicyFor(call, parent);
      return of.rules.filter((rule) => rule.type === type).map((rule) => ruleView(of, rule));
    },
    async show(call, ruleId, parent = "") {
      const of = await qosPolicyFor(call, parent);
      const rule = of.rules.find((one) => one.id === ruleId && one.type === type);
      if (!rule) throw ruleNotFound(parent, ruleId);
      return ruleView(of, rule);
    },
    missing: (ruleId) => ruleNotFound("", ruleId),
    async create(change, { tenant_id: _owner, ...values }, parent = "") {
      const of = await policyOf(change, parent);
      return writeRule(change, of, { id: change.neutron.newId(), type, ...values } as QosRule); // Read by that type's table.
    },
    update: async (change, ruleId, values, parent = "") =>
      changeRule(change, await policyOf(change, parent), ruleId, values),
    remove: async (change, ruleId, parent = "") => removeRule(change, await policyOf(change, parent), ruleId),
  };
}

/** `/v2.0/qos/alias-TYPE-rules/RULE`. */
export function aliasResource(type: Exclude<RuleType, "packet_rate_limit">): Resource {
  const name = `alias_${type}_rule`;
  const parameters = Object.entries(PARAMETERS[type]).map(([key, one]) => [key, { ...one, post: false }]);
  return {
    name,
    plural: `${name}s`,
    path: `qos/${name.replaceAll("_", "-")}s`,
    attributes: { id, tenant_id: { ...tenant_id, post: false }, ...Object.fromEntries(parameters) },
    policy,
    list: async () => [],
    async show(call, ruleId) {
      const of = await policyWith(call, type, ruleId);
      const rule = of.rules.find((one) => one.id === ruleId);
      return rule && ruleView(of, rule);
    },
    missing: (ruleId) => ruleNotFound("", ruleId),
    update: async (change, ruleId, values) =>
      changeRule(change, await policyWith(change, type, ruleId), ruleId, values),
    remove: async (change, ruleId) => removeRule(change, await policyWith(change, type, ruleId), ruleId),
  };
}

async function policyWith(call: Call, type: RuleType, ruleId: string): Promise<QosPolicy> {
  const [found] = await qosPolicies.list(call.reader, { keys: { rule_id: ruleId } });
  if (!found?.rules.some((rule) => rule.id === ruleId && rule.type === type)) throw ruleNotFound("", ruleId);
  return qosPolicyFor(call, found.id);
}

async function policyOf(change: Change, id: string): Promise<QosPolicy> {
  const found = await qosPolicies.get(change.reader, id);
  if (!found) throw policyNotFound(id);
  return found;
}

async function changeRule(change: Change, of: QosPolicy, ruleId: string, values: Json): Promise<Json> {
  const rule = of.rules.find((one) => one.id === ruleId);
  if (!rule) throw ruleNotFound(of.id, ruleId);
  return writeRule(change, of, { ...rule, ...values });
}

async function writeRule(change: Change, of: QosPolicy, rule: QosRule): Promise<Json> {
  checkRule(of, rule);
  const known = of.rules.some((one) => one.id === rule.id);
  const rules = known ? of.rules.map((one) => (one.id === rule.id ? rule : one)) : [...of.rules, rule];
  const using = await portsWith(change, of.id);
  for (const [port, network] of using)
    for (const one of rules) if (!portKeeps(change, one, port, network)) throw ruleNotSupported(one.type, port.id);
  refuseReserved(using, rule);
  return ruleView(await save(change, qosPolicies, of, { rules }), rule);
}

async function removeRule(change: Change, of: QosPolicy, ruleId: string): Promise<void> {
  const rule = of.rules.find((one) => one.id === ruleId);
  if (!rule) throw ruleNotFound(of.id, ruleId);
  refuseReserved(await portsWith(change, of.id), rule);
  await save(change, qosPolicies, of, { rules: of.rules.filter((one) => one !== rule) });
}

function refuseReserved(using: Awaited<ReturnType<typeof portsWith>>, rule: QosRule): void {
  if (rule.type !== "minimum_bandwidth" && rule.type !== "minimum_packet_rate") return;
  if (using.some(([port]) => port.device_owner.startsWith("compute:"))) throw reserved();
}
