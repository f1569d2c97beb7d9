/**
 * Neutron's names of OpenFlow tables, from neutron/plugins/ml2/drivers/openvswitch/agent/common/constants.py (Zed).
 * Only the agent's own bridges have them: on any other bridge a table is a number.
 */
import type { HostState } from "../host/state.ts";

export type BridgeRole = "integration" | "tunnel" | "physical";

const NAMES: Record<BridgeRole, Record<number, string>> = {
  integration: {
    0: "LOCAL_SWITCHING",
    1: "DVR_TO_SRC_MAC",
    2: "DVR_TO_SRC_MAC_PHYSICAL",
    3: "ARP_DVR_MAC_TO_DST_MAC",
    4: "ARP_DVR_MAC_TO_DST_MAC_PHYSICAL",
    23: "CANARY_TABLE",
    24: "ARP_SPOOF_TABLE",
    25: "MAC_SPOOF_TABLE",
    30: "LOCAL_MAC_DIRECT",
    31: "LOCAL_IP_TABLE",
    59: "PACKET_RATE_LIMIT",
    60: "TRANSIENT_TABLE",
    61: "TRANSIENT_EGRESS_TABLE",
    71: "BASE_EGRESS_TABLE",
    72: "RULES_EGRESS_TABLE",
    73: "ACCEPT_OR_INGRESS_TABLE",
    81: "BASE_INGRESS_TABLE",
    82: "RULES_INGRESS_TABLE",
    91: "ACCEPTED_EGRESS_TRAFFIC_TABLE",
    92: "ACCEPTED_INGRESS_TRAFFIC_TABLE",
    93: "DROPPED_TRAFFIC_TABLE",
    94: "ACCEPTED_EGRESS_TRAFFIC_NORMAL_TABLE",
  },
  tunnel: {
    0: "LOCAL_SWITCHING",
    1: "DVR_PROCESS",
    2: "PATCH_LV_TO_TUN",
    3: "GRE_TUN_TO_LV",
    4: "VXLAN_TUN_TO_LV",
    6: "GENEVE_TUN_TO_LV",
    9: "DVR_NOT_LEARN",
    10: "LEARN_FROM_TUN",
    20: "UCAST_TO_TUN",
    21: "ARP_RESPONDER",
    22: "FLOOD_TO_TUN",
  },
  physical: {
    0: "LOCAL_SWITCHING",
    1: "DVR_PROCESS_PHYSICAL",
    2: "LOCAL_VLAN_TRANSLATION",
    3: "DVR_NOT_LEARN_PHYSICAL",
  },
};

/** Neutron's name of a table, e.g. 60 of br-int is TRANSIENT_TABLE; undefined where Neutron has none. */
export function tableName(role: BridgeRole | undefined, table: number): string | undefined {
  return role && NAMES[role][table];
}

/** What a bridge is to the Open vSwitch agent: by the agent's configuration, else by the default names. */
export function bridgeRole(host: Pick<HostState, "config">, bridge: string): BridgeRole | undefined {
  const sections = Object.values(host.config).map((file) => file.ovs);
  const setting = (key: string) => sections.map((section) => section?.[key]).find((value) => value !== undefined);
  if (bridge === (setting("integration_bridge") ?? "br-int")) return "integration";
  if (bridge === (setting("tunnel_bridge") ?? "br-tun")) return "tunnel";
  const mappings = setting("bridge_mappings");
  if (mappings === undefined) return bridge === "br-ex" ? "physical" : undefined;
  return mappings.split(",").some((pair) => pair.trim().endsWith(`:${bridge}`)) ? "physical" : undefined;
}
