/** QoS policies as they are kept: their rules are part of them, as a rule's change is the policy's. Source: neutron/db/qos/models.py. */
import { Collection } from "../../store/collection.ts";
import type { Standard } from "../standard.ts";

export type Direction = "ingress" | "egress";

export type QosRule = { readonly id: string } & (
  | {
      readonly type: "bandwidth_limit";
      readonly max_kbps: number;
      readonly max_burst_kbps: number;
      readonly direction: Direction;
    }
  | { readonly type: "dscp_marking"; readonly dscp_mark: number }
  | { readonly type: "minimum_bandwidth"; readonly min_kbps: number; readonly direction: Direction }
  | {
      readonly type: "packet_rate_limit";
      readonly max_kpps: number;
      readonly max_burst_kpps: number;
      readonly direction: Direction;
    }
  | { readonly type: "minimum_packet_rate"; readonly min_kpps: number; readonly direction: Direction | "any" }
);

export type RuleType = QosRule["type"];

export interface QosPolicy extends Standard {
  readonly name: string;
  /** Taken by new networks of its project that name none. */
  readonly is_default: boolean;
  readonly rules: readonly QosRule[];
}

/** The type in RBAC policies. */
export const QOS_POLICY = "qos_policy";

export const qosPolicies = new Collection<QosPolicy>("qos_policy", {
  keys: { name: (p) => p.name, rule_id: (p) => p.rules.map((rule) => rule.id) },
  unique: { default_of: (p) => (p.is_default ? p.project_id : null) },
});
