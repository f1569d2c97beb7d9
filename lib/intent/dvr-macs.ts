/**
 * DVR MACs of hosts, which no API tells: each host's switch lets ARP answers to its own in, by flows to
 * ARP_DVR_MAC_TO_DST_MAC. Source: ovs_dvr_neutron_agent.py _add_dvr_mac_for_arp.
 */
import type { HostState } from "../host/state.ts";
import { INTEGRATION } from "../net/neutron-tables.ts";
import type { Flow } from "../net/openflow/ast.ts";

const TABLES: ReadonlySet<number> = new Set([
  INTEGRATION.ARP_DVR_MAC_TO_DST_MAC,
  INTEGRATION.ARP_DVR_MAC_TO_DST_MAC_PHYSICAL,
]);

/** Of the hosts that have one, in their order. */
export function dvrMacs(hosts: readonly HostState[]): { host: string; mac: string }[] {
  return hosts.flatMap((host) => {
    const flows = host.ovs?.bridges.find((bridge) => bridge.name === "br-int")?.flows ?? [];
    const mac = flows.map(ownMac).find((one) => one !== undefined);
    return mac === undefined ? [] : [{ host: host.name, mac }];
  });
}

function ownMac(flow: Flow): string | undefined {
  const [action] = flow.actions;
  if (flow.table !== INTEGRATION.LOCAL_SWITCHING || action?.kind !== "goto_table" || !TABLES.has(action.table))
    return undefined;
  return flow.match.fields.find((field) => field.name === "dl_dst")?.value;
}
