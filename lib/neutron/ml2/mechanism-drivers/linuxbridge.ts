/** Linux bridges through their agents. Source: neutron/plugins/ml2/drivers/linuxbridge/mech_driver/mech_linuxbridge.py. */
import { LINUX_BRIDGE_AGENT } from "../../agent/agents.ts";
import type { NeutronConfig } from "../../config/config.ts";
import type { MechanismDriver } from "../mechanism-driver.ts";
import { bindByAgent, keysOf } from "./agent-driver.ts";

export function linuxbridgeDriver(config: NeutronConfig): MechanismDriver {
  const vif_details = { port_filter: config.securitygroup.enable_security_group, connectivity: "l2" };
  return {
    name: "linuxbridge",
    bindPort: (call, request) =>
      bindByAgent(call, request, {
        agentType: LINUX_BRIDGE_AGENT,
        vnicTypes: ["normal"],
        physicalNetworks: (agent) => [...keysOf(agent.interface_mappings), ...keysOf(agent.bridge_mappings)],
        vif: () => ({ vif_type: "bridge", vif_details }),
      }),
  };
}
