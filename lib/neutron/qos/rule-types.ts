/** `/v2.0/qos/rule-types`: what the loaded drivers can do. Source: neutron/services/qos/drivers/manager.py. */
import type { Json } from "../attribute.ts";
import { NeutronError, notFound } from "../errors.ts";
import { anything, bool } from "../kind/kind.ts";
import { anyone } from "../policy.ts";
import type { Call, ListQuery, Resource } from "../resource.ts";
import { type QosDriver, qosDrivers, RULE_TYPES } from "./drivers.ts";
import type { RuleType } from "./model.ts";

/** Asks for more than the types that all drivers share: a filter that no view has. qos_rule_type_filter.py */
const wider = { kind: bool, filter: true, visible: false, match: () => true };

export const ruleTypeResource: Resource = {
  name: "rule_type",
  plural: "rule_types",
  path: "qos/rule-types",
  key: "type",
  attributes: {
    type: { kind: anything },
    drivers: { kind: anything },
    all_rules: wider,
    all_supported: wider,
  },
  policy: { get: anyone },
  list: async (call, query) => typesFor(call, query).map((type) => ({ type })),
  async show(call, name) {
    if (!call.context.isAdmin) throw new NeutronError("forbidden", "NotAuthorized", "Not authorized.");
    const type = RULE_TYPES.find((one) => one === name);
    return type && { type, drivers: qosDrivers(call).flatMap((driver) => detail(driver, type)) };
  },
  missing: (name) => notFound("QoS rule type", name, "QosRuleTypeNotFound"),
};

function typesFor(call: Call, { filters }: ListQuery): readonly RuleType[] {
  const asked = (name: string) => filters[name]?.[0] !== undefined && bool.parse(filters[name][0]);
  if (asked("all_rules")) return RULE_TYPES;
  const drivers = qosDrivers(call);
  if (drivers.length === 0) return [];
  const has = (type: RuleType) => (driver: QosDriver) => driver.rules[type] !== undefined;
  return RULE_TYPES.filter((type) => (asked("all_supported") ? drivers.some(has(type)) : drivers.every(has(type))));
}

function detail(driver: QosDriver, type: RuleType): Json[] {
  const rule = driver.rules[type];
  if (!rule) return [];
  const supported_parameters = Object.entries(rule).map(([parameter_name, parameter_values]) => ({
    parameter_name,
    parameter_type: Array.isArray(parameter_values) ? "choices" : "range",
    parameter_values,
  }));
  return [{ name: driver.name, supported_parameters }];
}
