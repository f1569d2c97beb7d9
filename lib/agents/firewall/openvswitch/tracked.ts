/**
 * What the rules tables do with connections by their state, whatever the rules say.
 * Source: neutron/agent/linux/openvswitch_firewall/firewall.py _initialize_tracked_ingress, _initialize_tracked_egress.
 */
import { INTEGRATION } from "../../../net/neutron-tables.ts";
import { is, type Line, regPort, resubmit, ZONE } from "./flow.ts";
import type { OfPort } from "./port.ts";

export const RULES_TABLE = {
  ingress: INTEGRATION.RULES_INGRESS_TABLE,
  egress: INTEGRATION.RULES_EGRESS_TABLE,
} as const;

/** Once for a host that has filtered ports: packets that conntrack cannot place. */
export const INVALID: readonly Line[] = Object.values(RULES_TABLE).map((table) => [
  table,
  50,
  [is("ct_state", "+inv+trk")],
  resubmit("DROPPED_TRAFFIC_TABLE"),
]);

/** Connections that a removed rule had let pass: mark 1 says that they must end. */
const MARKED = is("ct_mark", "0x1");
const UNMARKED = is("ct_mark", 0);

export function trackedPort({ ofport, vlan }: OfPort): Line[] {
  const port = regPort(ofport);
  return (["ingress", "egress"] as const).flatMap((direction): Line[] => {
    const table = RULES_TABLE[direction];
    const onward = direction === "ingress" ? `output:${ofport}` : resubmit("ACCEPTED_EGRESS_TRAFFIC_NORMAL_TABLE");
    return [
      [table, 50, [MARKED, port], resubmit("DROPPED_TRAFFIC_TABLE")],
      ...["+est-rel+rpl", "-new-est+rel-inv"].map(
        (state): Line => [table, 50, [is("ct_state", state), is("ct_zone", vlan), UNMARKED, port], onward],
      ),
      [table, 40, [is("ct_state", "-est"), port], resubmit("DROPPED_TRAFFIC_TABLE")],
      ...["ip", "ipv6"].map(
        (protocol): Line => [
          table,
          40,
          [is("ct_state", "+est"), is(protocol), port],
          `ct(commit,${ZONE},exec(set_field:0x1->ct_mark))`,
        ],
      ),
    ];
  });
}
