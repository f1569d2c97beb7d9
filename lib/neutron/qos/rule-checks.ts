/** Rules that cannot stand in one policy. Source: neutron/objects/qos/qos_policy_validator.py. */
import { parameterConflict, rulesConflict } from "./errors.ts";
import type { QosPolicy, QosRule } from "./model.ts";

/** @param rule new, or as it would be after its change; it may stand in the policy already */
export function checkRule(policy: QosPolicy, rule: QosRule): void {
  for (const other of policy.rules) checkBandwidth(policy, other, rule);
  const others = policy.rules.filter((one) => one.id !== rule.id);
  for (const other of others) checkDirections(policy, other, rule);
  for (const other of others) if (duplicates(other, rule)) throw rulesConflict(rule.type, other.id, policy.id);
}

function checkBandwidth(policy: QosPolicy, other: QosRule, rule: QosRule): void {
  if (other.type === "minimum_bandwidth" && rule.type === "bandwidth_limit" && other.min_kbps > rule.max_kbps)
    throw parameterConflict(rule.max_kbps, policy.id, other.type, other.min_kbps);
  if (other.type === "bandwidth_limit" && rule.type === "minimum_bandwidth" && other.max_kbps < rule.min_kbps)
    throw parameterConflict(rule.min_kbps, policy.id, other.type, other.max_kbps);
}

/** Packets are counted together or by direction, not both. */
function checkDirections(policy: QosPolicy, other: QosRule, rule: QosRule): void {
  if (other.type !== "minimum_packet_rate" || rule.type !== "minimum_packet_rate") return;
  if ((other.direction === "any") !== (rule.direction === "any"))
    throw parameterConflict(rule.direction, policy.id, other.type, other.direction);
}

function duplicates(one: QosRule, other: QosRule): boolean {
  if (one.type !== other.type) return false;
  return !("direction" in one && "direction" in other) || one.direction === other.direction;
}
