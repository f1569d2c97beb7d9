/** Security groups and their rules as they are kept. Source: neutron/db/models/securitygroup.py. */
import { Collection } from "../../store/collection.ts";
import type { Standard } from "../standard.ts";

export interface SecurityGroup extends Standard {
  readonly name: string;
  readonly stateful: boolean;
  /** The one that ports of its project get unasked. */
  readonly is_default: boolean;
}

export interface SecurityGroupRule extends Omit<Standard, "description"> {
  /** null: of the rules that a group is made with. */
  readonly description: string | null;
  readonly security_group_id: string;
  readonly direction: "ingress" | "egress";
  readonly ethertype: "IPv4" | "IPv6";
  /** A name or a number, as text. */
  readonly protocol: string | null;
  /** For ICMP the type. */
  readonly port_range_min: number | null;
  /** For ICMP the code. */
  readonly port_range_max: number | null;
  readonly remote_ip_prefix: string | null;
  readonly remote_group_id: string | null;
  readonly remote_address_group_id: string | null;
}

export const securityGroups = new Collection<SecurityGroup>("security_group", {
  keys: { name: (group) => group.name },
  /** No project has two default groups. */
  unique: { default_of: (group) => (group.is_default ? group.project_id : null) },
});

export const securityGroupRules = new Collection<SecurityGroupRule>("security_group_rule", {
  keys: {
    security_group_id: (rule) => rule.security_group_id,
    remote_group_id: (rule) => rule.remote_group_id,
    remote_address_group_id: (rule) => rule.remote_address_group_id,
  },
});
