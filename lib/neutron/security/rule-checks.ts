/** What a rule must be, beyond its attributes one by one; in the order of neutron/db/securitygroups_db.py. */

import { show } from "../kind/kind.ts";
import type { SecurityGroupRule } from "./model.ts";
import { canonicalProtocol, ICMP, ICMPV6, isIpv6Only, protocolKey, protocolNumber, WITH_PORTS } from "./protocols.ts";
import { invalidValue } from "./refusals.ts";
import { isFamilyOf } from "./rule-attributes.ts";

/** What rules are compared by, and what decides about packets. */
export type RuleCore = Pick<
  SecurityGroupRule,
  | "security_group_id"
  | "direction"
  | "ethertype"
  | "protocol"
  | "port_range_min"
  | "port_range_max"
  | "remote_ip_prefix"
  | "remote_group_id"
  | "remote_address_group_id"
>;

/** The rule as it is kept. Throws what Neutron says of one that makes no sense. */
export function checkedRule<R extends RuleCore>(given: R): R {
  const protocol = canonicalProtocol(given.protocol, given.ethertype);
  const allPorts = given.port_range_min === 1 && given.port_range_max === 65535;
  const rule = { ...given, protocol, ...(allPorts && { port_range_min: null, port_range_max: null }) };
  checkPorts(rule);
  const { ethertype, remote_ip_prefix } = rule;
  if (remote_ip_prefix !== null && !isFamilyOf(ethertype, remote_ip_prefix))
    throw invalidValue(
      "SecurityGroupRuleParameterConflict",
      `Conflicting value ethertype ${ethertype} for CIDR ${remote_ip_prefix}`,
    );
  if (protocol !== null && ethertype === "IPv4" && isIpv6Only(protocol))
    throw invalidValue(
      "SecurityGroupEthertypeConflictWithProtocol",
      `Invalid ethertype ${ethertype} for protocol ${protocol}.`,
    );
  const remotes = [remote_ip_prefix, rule.remote_group_id, rule.remote_address_group_id];
  if (remotes.filter((remote) => remote !== null).length > 1)
    throw invalidValue(
      "SecurityGroupMultipleRemoteEntites", // As Neutron spells it.
      "Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.",
    );
  return rule;
}

function checkPorts({ protocol, port_range_min: min, port_range_max: max }: RuleCore): void {
  if (min === null && max === null) return;
  if (protocol === null)
    throw invalidValue("SecurityGroupProtocolRequiredWithPorts", "Must also specify protocol if port range is given.");
  const number = protocolNumber(protocol);
  if (WITH_PORTS.some((name) => protocolNumber(name) === number)) {
    if (min === 0 || max === 0) throw invalidValue("SecurityGroupInvalidPortValue", "Invalid value for port 0");
    if (min === null || max === null || min > max)
      throw invalidValue(
        "SecurityGroupInvalidPortRange",
        "For TCP/UDP protocols, port_range_min must be <= port_range_max",
      );
  } else if (number === ICMP || number === ICMPV6) checkIcmp(min, max);
  else
    throw invalidValue(
      "SecurityGroupInvalidProtocolForPort",
      `Ports cannot be specified for protocol ${show(number)}. Ports are only supported for ${WITH_PORTS.join(", ").toUpperCase()}.`,
    );
}

function checkIcmp(type: number | null, code: number | null): void {
  for (const [field, attribute, value] of [
    ["type", "port_range_min", type],
    ["code", "port_range_max", code],
  ] as const)
    if (value !== null && value > 255)
      throw invalidValue(
        "SecurityGroupInvalidIcmpValue",
        `Invalid value for ICMP ${field} (${attribute}) ${value}. It must be 0 to 255.`,
      );
  if (type === null)
    throw invalidValue(
      "SecurityGroupMissingIcmpType",
      `ICMP code (port-range-max) ${code} is provided but ICMP type (port-range-min) is missing.`,
    );
}

const ALL_ADDRESSES = ["0.0.0.0/0", "::/0"];

/** Equal for two rules that say the same. */
export function ruleKey(rule: RuleCore): string {
  const prefix = rule.remote_ip_prefix;
  return JSON.stringify([
    rule.direction,
    rule.ethertype,
    rule.port_range_max,
    rule.port_range_min,
    rule.protocol && protocolKey(rule.protocol, rule.ethertype),
    rule.remote_group_id,
    rule.remote_address_group_id,
    prefix !== null && ALL_ADDRESSES.includes(prefix) ? null : prefix,
    rule.security_group_id,
  ]);
}
