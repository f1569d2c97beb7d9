/**
 * The bridge of a physical network: local VLANs leave it as the network's own.
 * Source: neutron/plugins/ml2/drivers/openvswitch/agent/openflow/native/br_phys.py, ovs_dvr_neutron_agent.py
 * setup_dvr_flows_on_phys_br.
 */
import { PHYSICAL as T } from "../../../net/neutron-tables.ts";
import { ANY, DROP, goto, inVlan, is, NORMAL, POP_VLAN, type Rule, rule, setVlan } from "./build.ts";

/** @param port towards br-int */
export function defaults(port: number, distributed: boolean): Rule[] {
  const normal = rule(T.LOCAL_SWITCHING, 0, ANY, [NORMAL]);
  const fromIntegration = [is("in_port", port)];
  if (!distributed) return [normal, rule(T.LOCAL_SWITCHING, 2, fromIntegration, DROP)];
  return [
    normal,
    rule(T.LOCAL_SWITCHING, 2, fromIntegration, [goto(T.DVR_PROCESS_PHYSICAL)]),
    rule(T.LOCAL_SWITCHING, 1, ANY, [goto(T.DVR_NOT_LEARN_PHYSICAL)]),
    rule(T.DVR_PROCESS_PHYSICAL, 0, ANY, [goto(T.LOCAL_VLAN_TRANSLATION)]),
    rule(T.LOCAL_VLAN_TRANSLATION, 2, fromIntegration, DROP),
    rule(T.DVR_NOT_LEARN_PHYSICAL, 1, ANY, [NORMAL]),
  ];
}

/** @param segment VLAN on the wire; null on a flat network */
export function toPhysical(port: number, lvid: number, segment: number | null, distributed: boolean): Rule {
  const table = distributed ? T.LOCAL_VLAN_TRANSLATION : T.LOCAL_SWITCHING;
  const tag = segment === null ? POP_VLAN : setVlan(segment);
  return rule(table, 4, [is("in_port", port), inVlan(lvid)], [tag, NORMAL]);
}
