/**
 * The hosts of the embedded cloud, and what their agents say of themselves when they start. Attributes as real agents of Zed
 * report them (lib/demo/dvr/api/agents.json); the Linux bridge agent's: linuxbridge_neutron_agent.py get_agent_configurations.
 */
import type { Json } from "../attribute.ts";
import type { NeutronConfig } from "../config/config.ts";
import type { Change } from "../resource.ts";
import {
  type AgentReport,
  agents,
  DHCP_AGENT,
  L3_AGENT,
  LINUX_BRIDGE_AGENT,
  METADATA_AGENT,
  OVS_AGENT,
  registerAgent,
} from "./agents.ts";

const QUIET = { log_agent_heartbeats: false };
const NOVA = "nova";
const INVENTORY = { allocation_ratio: 1, min_unit: 1, reserved: 0, step_size: 1 };
/** Interface types of Open vSwitch 3.1. */
const IFACE_TYPES =
  "afxdp afxdp-nonpmd bareudp erspan geneve gre gtpu internal ip6erspan ip6gre lisp patch stt system tap vxlan";

type Firewall = NeutronConfig["openvswitch_agent"]["securitygroup"];

/** That it filters nothing, no real agent reports. Here, what hosts are made of is what their agents report. */
function unfiltered({ enable_security_group, firewall_driver: driver }: Firewall): Json {
  const filters = enable_security_group && driver !== "" && !/^noop$|\.NoopFirewallDriver$/.test(driver);
  return filters ? {} : { firewall_driver: "noop" };
}

function openVswitch(config: NeutronConfig, host: string, address: string): AgentReport {
  const { agent, ovs, securitygroup } = config.openvswitch_agent;
  const configurations: Json = {
    ...QUIET,
    arp_responder_enabled: agent.arp_responder,
    baremetal_smartnic: false,
    bridge_mappings: ovs.bridge_mappings,
    datapath_type: ovs.datapath_type,
    devices: 0,
    enable_distributed_routing: agent.enable_distributed_routing,
    extensions: agent.extensions,
    in_distributed_mode: agent.enable_distributed_routing,
    integration_bridge: ovs.integration_bridge,
    l2_population: agent.l2_population,
    ovs_capabilities: { datapath_types: ["netdev", "system"], iface_types: IFACE_TYPES.split(" ") },
    // OVS_HYBRID_PLUG_REQUIRED of neutron/agent/linux/iptables_firewall.py
    ovs_hybrid_plug: /^iptables_hybrid$|\.OVSHybridIptablesFirewallDriver$/.test(securitygroup.firewall_driver),
    ...unfiltered(securitygroup),
    resource_provider_bandwidths: {},
    resource_provider_hypervisors: Object.fromEntries(
      Object.values(ovs.bridge_mappings).map((bridge) => [bridge, host]),
    ),
    resource_provider_inventory_defaults: INVENTORY,
    resource_provider_packet_processing_inventory_defaults: INVENTORY,
    resource_provider_packet_processing_with_direction: {},
    resource_provider_packet_processing_without_direction: {},
    tunnel_types: agent.tunnel_types,
    tunneling_ip: address,
    vhostuser_socket_dir: "/var/run/openvswitch",
  };
  return {
    agent_type: OVS_AGENT,
    binary: "neutron-openvswitch-agent",
    host,
    topic: "N/A",
    availability_zone: null,
    configurations,
  };
}

function linuxBridge({ linuxbridge_agent: config }: NeutronConfig, host: string, address: string): AgentReport {
  return {
    agent_type: LINUX_BRIDGE_AGENT,
    binary: "neutron-linuxbridge-agent",
    host,
    topic: "N/A",
    availability_zone: null,
    configurations: {
      bridge_mappings: config.linux_bridge.bridge_mappings,
      devices: 0,
      extensions: config.agent.extensions,
      ...unfiltered(config.securitygroup),
      interface_mappings: config.linux_bridge.physical_interface_mappings,
      ...(config.vxlan.enable_vxlan && {
        l2_population: config.vxlan.l2_population,
        tunnel_types: ["vxlan"],
        tunneling_ip: address,
      }),
    },
  };
}

function l3(host: string, mode: "legacy" | "dvr" | "dvr_snat"): AgentReport {
  return {
    agent_type: L3_AGENT,
    binary: "neutron-l3-agent",
    host,
    topic: "l3_agent",
    availability_zone: NOVA,
    configurations: {
      ...QUIET,
      agent_mode: mode,
      ex_gw_ports: 0,
      extensions: [],
      floating_ips: 0,
      handle_internal_only_routers: true,
      interface_driver: "openvswitch",
      interfaces: 0,
      routers: 0,
    },
  };
}

function dhcp({ dhcp_agent: { DEFAULT } }: NeutronConfig, host: string): AgentReport {
  return {
    agent_type: DHCP_AGENT,
    binary: "neutron-dhcp-agent",
    host,
    topic: "dhcp_agent",
    availability_zone: NOVA,
    configurations: {
      ...QUIET,
      dhcp_driver: DEFAULT.dhcp_driver,
      dhcp_lease_duration: DEFAULT.dhcp_lease_duration,
      networks: 0,
      ports: 0,
      subnets: 0,
    },
  };
}

function metadata(host: string): AgentReport {
  return {
    agent_type: METADATA_AGENT,
    binary: "neutron-metadata-agent",
    host,
    topic: "N/A",
    availability_zone: null,
    configurations: {
      ...QUIET,
      metadata_proxy_socket: "/var/lib/neutron/metadata_proxy",
      nova_metadata_host: "127.0.0.1",
      nova_metadata_port: 8775,
    },
  };
}

/** Routers are distributed where the switches' agents are told so, else they are all on network1. */
function reports(config: NeutronConfig): AgentReport[] {
  const distributed = config.openvswitch_agent.agent.enable_distributed_routing;
  const compute = (host: string, address: string) => [
    openVswitch(config, host, address),
    ...(distributed ? [l3(host, "dvr"), metadata(host)] : []),
  ];
  return [
    openVswitch(config, "network1", "10.0.44.21"),
    dhcp(config, "network1"),
    l3("network1", distributed ? "dvr_snat" : "legacy"),
    metadata("network1"),
    ...compute("compute1", "10.0.44.31"),
    ...compute("compute2", "10.0.44.32"),
    linuxBridge(config, "compute3", "10.0.44.33"),
  ];
}

/** The agents of a new cloud. One that has agents keeps them: an agent that was deleted stays away. */
export async function prepareAgents(change: Change): Promise<void> {
  if ((await agents.count(change.tx)) > 0) return;
  for (const report of reports(change.neutron.config)) await registerAgent(change, report);
}
