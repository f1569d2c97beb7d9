/** Hosts and what their agents are configured to, as the agents report it to Neutron (`configurations`). */

import type { AgentKind, HostSettings } from "../agents/view.ts";
import type { NeutronAgent } from "../api/neutron.ts";

export const AGENT_KINDS: Readonly<Record<string, AgentKind>> = {
  "Open vSwitch agent": "openvswitch",
  "Linux bridge agent": "linuxbridge",
  "L3 agent": "l3",
  "DHCP agent": "dhcp",
  "Metadata agent": "metadata",
};

/** Hosts with an agent for layer 2, in the order of their names. @param computes hosts that guests run on */
export function settingsOf(agents: readonly NeutronAgent[], computes: ReadonlySet<string>): HostSettings[] {
  const names = [...new Set(agents.map((one) => one.host))].sort();
  return names.flatMap((name) => {
    const own = agents.filter((one) => one.host === name);
    const kinds = own.flatMap((one) => AGENT_KINDS[one.agent_type] ?? []);
    const l2 = own.find((one) => ["openvswitch", "linuxbridge"].includes(AGENT_KINDS[one.agent_type] ?? ""));
    if (!l2) return [];
    const of = (type: string) => own.find((one) => one.agent_type === type)?.configurations ?? {};
    return [hostSettings(name, computes.has(name) ? ["compute", ...kinds] : kinds, l2, of)];
  });
}

function hostSettings(
  name: string,
  agents: readonly AgentKind[],
  l2: NeutronAgent,
  of: (type: string) => Record<string, unknown>,
): HostSettings {
  const report = l2.configurations ?? {};
  const ovs = AGENT_KINDS[l2.agent_type] === "openvswitch";
  const localIp = typeof report.tunneling_ip === "string" ? report.tunneling_ip : undefined;
  const mode = of("L3 agent").agent_mode;
  const lease = of("DHCP agent").dhcp_lease_duration;
  return {
    name,
    agents,
    bridgeMappings: ovs ? mapping(report.bridge_mappings) : {},
    interfaceMappings: ovs ? {} : mapping(report.interface_mappings),
    ...(localIp ? { localIp } : {}),
    tunnelTypes: list(report.tunnel_types).filter((one) => one === "vxlan" || one === "gre" || one === "geneve"),
    l2Population: report.l2_population === true,
    arpResponder: report.arp_responder_enabled === true,
    distributedRouting: report.enable_distributed_routing === true,
    firewallDriver: firewallOf(report, ovs),
    l3Mode: mode === "dvr" || mode === "dvr_snat" || mode === "dvr_no_external" ? mode : "legacy",
    dnsDomain: "openstacklocal",
    dhcpLeaseDuration: typeof lease === "number" ? lease : 86_400,
    extensions: list(report.extensions),
  };
}

/** Hosts of the embedded cloud say when they filter nothing (neutron/agent/hosts.ts). */
function firewallOf(report: Record<string, unknown>, ovs: boolean): HostSettings["firewallDriver"] {
  if (report.firewall_driver === "noop") return "noop";
  if (!ovs) return "iptables";
  return report.ovs_hybrid_plug === true ? "iptables_hybrid" : "openvswitch";
}

function mapping(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, String(one)]));
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
