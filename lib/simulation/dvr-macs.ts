/** The MAC that each host in distributed mode asks for when its agent starts. Source: neutron/plugins/ml2/drivers/openvswitch/agent/ovs_dvr_neutron_agent.py get_dvr_mac_address. */
import { serviceContext } from "../identity/context.ts";
import { agents, OVS_AGENT } from "../neutron/agent/agents.ts";
import { dvrMacOf } from "../neutron/l3/dvr-macs.ts";
import type { Neutron } from "../neutron/neutron.ts";

export async function ensureDvrMacs(neutron: Neutron): Promise<void> {
  await neutron.change(serviceContext(), async (change) => {
    for (const { host, configurations } of await agents.list(change.tx, { keys: { agent_type: OVS_AGENT } }))
      if (configurations.in_distributed_mode === true) await dvrMacOf(change, host);
  });
}
