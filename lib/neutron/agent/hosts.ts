/**
 * The hosts of the embedded cloud, and what their agents say of themselves when they start. Attributes as real agents of Zed
 * report them (lib/demo/dvr/api/agents.json); the Linux bridge agent's: linuxbridge_neutron_agent.py get_agent_configurations.
 */
import type { Json } from "../attribute.ts";
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
const BRIDGES = { physnet1: "br-vlan", extern: "br-ex" };
const TUNNEL_TYPES = ["vxlan", "gre", "geneve"];
const INVENTORY = { allocation_ratio: 1, min_unit: 1, reserved: 0, step_size: 1 };
/** Interface types of Open vSwitch 3.1. */
const IFACE_TYPES =
  "afxdp afxdp-nonpmd bareudp erspan geneve gre gtpu internal ip6erspan ip6gre lisp patch stt system tap vxlan";

function openVswitch(host: string, address: string): AgentReport {
  const configurations: Json = {
    ...QUIET,
    arp_responder_enabled: true,
    baremetal_smartnic: false,
    bridge_mappings: BRIDGES,
    datapath_type: "system",
    devices: 0,
    enable_distributed_routing: true,
    extensions: ["qos"],
    in_distributed_mode: true,
    integration_bridge: "br-int",
    l2_population: true,
    ovs_capabilities: { datapath_types: ["netdev", "system"], iface_types: IFACE_TYPES.split(" ") },
    ovs_hybrid_plug: true,
    resource_provider_bandwidths: {},
    resource_provider_hypervisors: Object.fromEntries(Object.values(BRIDGES).map((bridge) => [bridge, host])),
    resource_provider_inventory_defaults: INVENTORY,
    resource_provider_packet_processing_inventory_defaults: INVENTORY,
    resource_provider_packet_processing_with_direction: {},
    resource_provider_packet_processing_without_direction: {},
    tunnel_types: TUNNEL_TYPES,
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

function linuxBridge(host: string, address: string): AgentReport {
  return {
    agent_type: LINUX_BRIDGE_AGENT,
    binary: "neutron-linuxbridge-agent",
    host,
    topic: "N/A",
    availability_zone: null,
    configurations: {
      bridge_mappings: {},
      devices: 0,
      extensions: ["qos"],
      interface_mappings: { physnet1: "eth2", extern: "eth3" },
      l2_population: true,
      tunnel_types: ["vxlan"],
      tunneling_ip: address,
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

function dhcp(host: string): AgentReport {
  return {
    agent_type: DHCP_AGENT,
    binary: "neutron-dhcp-agent",
    host,
    topic: "dhcp_agent",
    availability_zone: NOVA,
    configurations: {
      ...QUIET,
      dhcp_driver: "neutron.agent.linux.dhcp.Dnsmasq",
      dhcp_lease_duration: 86_400,
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

const compute = (host: string, address: string) => [openVswitch(host, address), l3(host, "dvr"), metadata(host)];

const REPORTS: readonly AgentReport[] = [
  openVswitch("network1", "10.0.44.21"),
  dhcp("network1"),
  l3("network1", "dvr_snat"),
  metadata("network1"),
  ...compute("compute1", "10.0.44.31"),
  ...compute("compute2", "10.0.44.32"),
  linuxBridge("compute3", "10.0.44.33"),
];

/** The agents of a new cloud. One that has agents keeps them: an agent that was deleted stays away. */
export async function prepareAgents(change: Change): Promise<void> {
  if ((await agents.count(change.tx)) > 0) return;
  for (const report of REPORTS) await registerAgent(change, report);
}
