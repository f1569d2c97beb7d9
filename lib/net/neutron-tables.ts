/**
 * OpenFlow tables of the bridges that Neutron's Open vSwitch agent runs, by Neutron's names. The same number is another
 * table on another bridge.
 * Source: neutron_lib/plugins/ml2/ovs_constants.py (Zed).
 */

/** br-int. */
export const INTEGRATION = {
  LOCAL_SWITCHING: 0,
  DVR_TO_SRC_MAC: 1,
  DVR_TO_SRC_MAC_PHYSICAL: 2,
  ARP_DVR_MAC_TO_DST_MAC: 3,
  ARP_DVR_MAC_TO_DST_MAC_PHYSICAL: 4,
  CANARY_TABLE: 23,
  ARP_SPOOF_TABLE: 24,
  MAC_SPOOF_TABLE: 25,
  LOCAL_EGRESS_TABLE: 30,
  LOCAL_IP_TABLE: 31,
  PACKET_RATE_LIMIT: 59,
  TRANSIENT_TABLE: 60,
  LOCAL_MAC_DIRECT: 61,
  TRANSIENT_EGRESS_TABLE: 62,
  BASE_EGRESS_TABLE: 71,
  RULES_EGRESS_TABLE: 72,
  ACCEPT_OR_INGRESS_TABLE: 73,
  DHCP_IPV4_TABLE: 77,
  DHCP_IPV6_TABLE: 78,
  BASE_INGRESS_TABLE: 81,
  RULES_INGRESS_TABLE: 82,
  ACCEPTED_EGRESS_TRAFFIC_TABLE: 91,
  ACCEPTED_INGRESS_TRAFFIC_TABLE: 92,
  DROPPED_TRAFFIC_TABLE: 93,
  ACCEPTED_EGRESS_TRAFFIC_NORMAL_TABLE: 94,
} as const;

/** br-tun. */
export const TUNNEL = {
  LOCAL_SWITCHING: 0,
  DVR_PROCESS: 1,
  PATCH_LV_TO_TUN: 2,
  GRE_TUN_TO_LV: 3,
  VXLAN_TUN_TO_LV: 4,
  GENEVE_TUN_TO_LV: 6,
  DVR_NOT_LEARN: 9,
  LEARN_FROM_TUN: 10,
  UCAST_TO_TUN: 20,
  ARP_RESPONDER: 21,
  FLOOD_TO_TUN: 22,
} as const;

/** The bridge of a physical network. */
export const PHYSICAL = {
  LOCAL_SWITCHING: 0,
  DVR_PROCESS_PHYSICAL: 1,
  LOCAL_VLAN_TRANSLATION: 2,
  DVR_NOT_LEARN_PHYSICAL: 3,
} as const;

/** Where packets that come out of a tunnel start. */
export const TUN_TO_LV = {
  gre: TUNNEL.GRE_TUN_TO_LV,
  vxlan: TUNNEL.VXLAN_TUN_TO_LV,
  geneve: TUNNEL.GENEVE_TUN_TO_LV,
} as const;

export type TunnelType = keyof typeof TUN_TO_LV;

/** The local VLAN of ports that must not talk. */
export const DEAD_VLAN = 4095;

/** The highest local VLAN that a network may have. */
export const MAX_LOCAL_VLAN = 4094;
