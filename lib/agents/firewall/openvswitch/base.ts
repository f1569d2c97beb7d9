/** Flows that do not depend on ports. Source: firewall.py _drop_all_unmatched_flows, _initialize_common_flows, _initialize_third_party_tables. */
import { INTEGRATION } from "../../../net/neutron-tables.ts";
import { is, type Line, resubmit } from "./flow.ts";

export const BASE: readonly Line[] = [
  ...[
    INTEGRATION.BASE_EGRESS_TABLE,
    INTEGRATION.RULES_EGRESS_TABLE,
    INTEGRATION.ACCEPT_OR_INGRESS_TABLE,
    INTEGRATION.BASE_INGRESS_TABLE,
    INTEGRATION.RULES_INGRESS_TABLE,
    INTEGRATION.ACCEPTED_INGRESS_TRAFFIC_TABLE,
    INTEGRATION.DROPPED_TRAFFIC_TABLE,
  ].map((table): Line => [table, 0, [], "drop"]),
  [INTEGRATION.BASE_EGRESS_TABLE, 110, [is("ct_state", "+trk")], `ct_clear,${resubmit("BASE_EGRESS_TABLE")}`],
  [INTEGRATION.ACCEPTED_EGRESS_TRAFFIC_NORMAL_TABLE, 1, [], "NORMAL"],
  [INTEGRATION.ACCEPTED_EGRESS_TRAFFIC_TABLE, 1, [], resubmit("ACCEPTED_EGRESS_TRAFFIC_NORMAL_TABLE")],
];
