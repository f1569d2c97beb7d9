/**
 * What br-int always has, and what each physical network and local VLAN adds.
 * Source: neutron/plugins/ml2/drivers/openvswitch/agent/openflow/native/br_int.py, ovs_neutron_agent.py
 * setup_physical_bridges, agent/common/ovs_lib.py set_queue_for_ingress_bandwidth_limit.
 */
import { DEAD_VLAN, INTEGRATION as T } from "../../../net/neutron-tables.ts";
import { ANY, DROP, goto, inVlan, is, NORMAL, PUSH_VLAN, type Rule, rule, setVlan } from "./build.ts";

const MAX_PRIORITY = 65535;

export function defaults(): Rule[] {
  return [
    rule(T.CANARY_TABLE, 0, ANY, DROP),
    rule(T.LOCAL_SWITCHING, 0, ANY, [goto(T.PACKET_RATE_LIMIT)]),
    rule(T.PACKET_RATE_LIMIT, 0, ANY, [goto(T.TRANSIENT_TABLE)]),
    rule(T.TRANSIENT_TABLE, 3, ANY, [NORMAL]),
    rule(T.ARP_SPOOF_TABLE, 0, ANY, DROP),
    rule(T.LOCAL_SWITCHING, MAX_PRIORITY, [inVlan(DEAD_VLAN)], DROP),
    rule(T.TRANSIENT_EGRESS_TABLE, 3, ANY, [NORMAL]),
    rule(T.LOCAL_EGRESS_TABLE, 0, ANY, [goto(T.PACKET_RATE_LIMIT)]),
    rule(T.LOCAL_IP_TABLE, 0, ANY, [goto(T.PACKET_RATE_LIMIT)]),
  ];
}

/** The qos extension: a packet passes table 0 twice, and register 3 remembers the first time. */
export function queueing(): Rule {
  const marked = rule(
    T.LOCAL_SWITCHING,
    200,
    [is("reg3", 0)],
    [
      { kind: "set_queue", queue: 0 },
      { kind: "load", value: "0x1", target: { field: "NXM_NX_REG3", from: 0, to: 0 } },
      { kind: "resubmit", table: T.LOCAL_SWITCHING, ct: false },
    ],
  );
  return { ...marked, flags: ["reset_counts"] };
}

/** What comes in by this port goes nowhere, unless a flow of higher priority knows it. */
export function dropFrom(port: number): Rule {
  return rule(T.LOCAL_SWITCHING, 2, [is("in_port", port)], DROP);
}

/** Frames of a physical network get the local VLAN. @param segment VLAN there; null on a flat network */
export function fromPhysical(port: number, lvid: number, segment: number | null): Rule {
  const set = [setVlan(lvid), goto(T.PACKET_RATE_LIMIT)];
  const actions = segment === null ? [PUSH_VLAN, ...set] : set;
  return rule(T.LOCAL_SWITCHING, 3, [is("in_port", port), inVlan(segment)], actions);
}
