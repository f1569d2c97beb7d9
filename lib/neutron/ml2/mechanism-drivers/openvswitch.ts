/** Open vSwitch through its agents. Source: neutron/plugins/ml2/drivers/openvswitch/mech_driver/mech_openvswitch.py. */
import { OVS_AGENT } from "../../agent/agents.ts";
import type { Json } from "../../attribute.ts";
import type { NeutronConfig } from "../../config/config.ts";
import { trunkBridge } from "../../trunk/bridge.ts";
import type { MechanismDriver } from "../mechanism-driver.ts";
import { bindByAgent, keysOf } from "./agent-driver.ts";

const VNIC_TYPES = ["normal", "direct", "smart-nic", "vdpa", "remote-managed"];

export function openvswitchDriver(config: NeutronConfig): MechanismDriver {
  const prohibited = config.ovs_driver.vnic_type_prohibit_list;
  const vnicTypes = VNIC_TYPES.filter((type) => !prohibited.includes(type));
  return {
    name: "openvswitch",
    async bindPort(call, request) {
      // A virtual function bypasses the switch unless the NIC does the switching for it.
      if (request.vnic_type === "direct" && !capabilities(request.profile).includes("switchdev")) return undefined;
      const bound = await bindByAgent(call, request, {
        agentType: OVS_AGENT,
        vnicTypes,
        physicalNetworks: ({ bridge_mappings }) => keysOf(bridge_mappings),
        vif: (agent) => ({ vif_type: "ovs", vif_details: details(config, agent) }),
      });
      const bridge_name = bound && (await trunkBridge(call, request.port.id));
      return bridge_name ? { ...bound, vif_details: { ...bound.vif_details, bridge_name } } : bound;
    },
  };
}

function capabilities(profile: Json): readonly unknown[] {
  return Array.isArray(profile.capabilities) ? profile.capabilities : [];
}

/** What Nova needs to plug the port in. */
function details(config: NeutronConfig, agent: Json): Json {
  return {
    port_filter: config.securitygroup.enable_security_group,
    ovs_hybrid_plug: agent.ovs_hybrid_plug === true,
    datapath_type: agent.datapath_type ?? "system",
    bridge_name: agent.integration_bridge ?? "br-int",
    connectivity: "l2",
  };
}
