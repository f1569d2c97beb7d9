import type { NeutronSecurityGroupRule } from "../api/neutron.ts";

/**
 * A security-group rule as one line: `IPv4 tcp 22 from 10.0.0.0/8`, `IPv6 any to anywhere`.
 * `groupName` resolves remote groups. Port ranges of ICMP are type and code (neutron/extensions/securitygroup.py).
 */
export function ruleText(rule: NeutronSecurityGroupRule, groupName: (id: string) => string | undefined): string {
  const remote =
    rule.remote_group_id !== null && rule.remote_group_id !== undefined
      ? `members of ${groupName(rule.remote_group_id) ?? rule.remote_group_id.slice(0, 8)}`
      : (rule.remote_ip_prefix ?? "anywhere");
  const protocol = rule.protocol ?? "any";
  return [rule.ethertype, protocol, ports(rule), rule.direction === "ingress" ? "from" : "to", remote]
    .filter(Boolean)
    .join(" ");
}

function ports(rule: NeutronSecurityGroupRule): string {
  const { port_range_min: min, port_range_max: max } = rule;
  if (min === null || min === undefined) return "";
  if (/icmp/.test(rule.protocol ?? ""))
    return max === null || max === undefined ? `type ${min}` : `type ${min} code ${max}`;
  return max === null || max === undefined || max === min ? String(min) : `${min}–${max}`;
}
