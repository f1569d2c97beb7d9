/**
 * Distributed routers: every host answers for the gateway, and what a router sends to other hosts bears the host's own
 * DVR MAC, so that no switch sees the gateway's MAC move.
 * Source: neutron/plugins/ml2/drivers/openvswitch/agent/ovs_dvr_neutron_agent.py, openflow/native/br_dvr_process.py,
 * br_int.py.
 */
import { INTEGRATION, PHYSICAL, TUNNEL } from "../../../net/neutron-tables.ts";
import { ANY, DROP, goto, inVlan, is, output, POP_VLAN, type Rule, rule, set } from "./build.ts";

const T = INTEGRATION;
/** On physical bridges, too, where nothing leads to it. */
const { FLOOD_TO_TUN } = TUNNEL;

/** br-int's part that does not depend on other hosts. */
export function integrationDefaults(): Rule[] {
  return [rule(T.DVR_TO_SRC_MAC, 1, ANY, DROP), rule(T.DVR_TO_SRC_MAC_PHYSICAL, 1, ANY, DROP)];
}

/** br-int: what another host's routers sent. @param port towards br-tun or the physical bridge */
export function fromOtherHost(mac: string, port: number, physical: boolean): Rule {
  const table = physical ? T.DVR_TO_SRC_MAC_PHYSICAL : T.DVR_TO_SRC_MAC;
  return rule(T.LOCAL_SWITCHING, physical ? 4 : 2, [is("in_port", port), is("dl_src", mac)], [goto(table)]);
}

/** br-int: ARP answers that came to this host's DVR MAC. */
export function toThisHost(mac: string, port: number, physical: boolean): Rule {
  const table = physical ? T.ARP_DVR_MAC_TO_DST_MAC_PHYSICAL : T.ARP_DVR_MAC_TO_DST_MAC;
  return rule(T.LOCAL_SWITCHING, 5, [is("in_port", port), is("dl_dst", mac)], [goto(table)]);
}

/** br-tun and physical bridges: other hosts' DVR MACs are not learned. @param port towards br-int */
export function notLearned(mac: string, port: number, physical: boolean): Rule {
  const table = physical ? PHYSICAL.DVR_NOT_LEARN_PHYSICAL : TUNNEL.DVR_NOT_LEARN;
  return rule(table, physical ? 2 : 1, [is("dl_src", mac)], [output(port)]);
}

export interface Delivery {
  readonly physical: boolean;
  /** VLAN of the frames that come in: local, or the physical network's own, null on a flat one. */
  readonly vlan: number | null;
  readonly gatewayMac: string;
  readonly mac: string;
  readonly ofport: number;
}

/** br-int: a frame that another host's router sent reaches its guest as if the gateway here had sent it. */
export function deliver({ physical, vlan, gatewayMac, mac, ofport }: Delivery): Rule[] {
  const match = [inVlan(vlan), is("dl_dst", mac)];
  const table = physical ? T.DVR_TO_SRC_MAC_PHYSICAL : T.DVR_TO_SRC_MAC;
  return [
    rule(table, 20, match, [set("eth_src", gatewayMac), goto(T.PACKET_RATE_LIMIT)]),
    rule(T.TRANSIENT_TABLE, 20, match, vlan === null ? [output(ofport)] : [POP_VLAN, output(ofport)]),
  ];
}

export interface RouterInterface {
  readonly physical: boolean;
  readonly lvid: number;
  readonly mac: string;
  readonly ofport: number;
  readonly address: string;
  readonly ipVersion: 4 | 6;
  /** This host's DVR MAC. */
  readonly hostMac: string;
}

/** br-int: what comes to the host's DVR MAC goes on to the router. Two interfaces on one network would have the same match. */
export function toRouter(one: RouterInterface): Rule[] {
  const table = one.physical ? T.ARP_DVR_MAC_TO_DST_MAC_PHYSICAL : T.ARP_DVR_MAC_TO_DST_MAC;
  const match = [inVlan(one.lvid), is("dl_dst", one.hostMac)];
  return [rule(table, 5, match, [set("eth_dst", one.mac), POP_VLAN, output(one.ofport)])];
}

/** br-int: ARP answers to the host's DVR MAC that name the interface. */
export function replies(one: RouterInterface): Rule[] {
  if (one.ipVersion === 6) return [];
  const reply = [is("arp"), is("dl_dst", one.hostMac), is("arp_op", 2), is("arp_tha", one.mac)];
  return [rule(T.LOCAL_SWITCHING, 99, reply, [set("eth_dst", one.mac), goto(T.PACKET_RATE_LIMIT)])];
}

/** br-tun or the physical bridge: nobody else hears of this router's gateway. */
export function isolate(one: RouterInterface): Rule[] {
  const process = one.physical ? PHYSICAL.DVR_PROCESS_PHYSICAL : TUNNEL.DVR_PROCESS;
  const next = one.physical ? PHYSICAL.LOCAL_VLAN_TRANSLATION : TUNNEL.PATCH_LV_TO_TUN;
  const vlan = inVlan(one.lvid);
  const announced =
    one.ipVersion === 4
      ? [is("arp"), vlan, is("arp_tpa", one.address)]
      : [is("icmp6"), vlan, is("dl_src", one.mac), is("icmp_type", 134)];
  return [
    rule(FLOOD_TO_TUN, 3, announced, DROP),
    rule(process, 2, [vlan, is("dl_dst", one.mac)], DROP),
    rule(process, 1, [vlan, is("dl_src", one.mac)], [set("eth_src", one.hostMac), goto(next)]),
  ];
}
