/** What the files of the agents may say, by section. Source: neutron/conf/plugins/ml2/drivers/*.py, neutron/conf/agent. */
import { bool, choice, integer, list, mapping, text } from "./option.ts";

const securitygroup = (driver: string) => ({
  firewall_driver: text(driver),
  enable_security_group: bool(true),
  enable_ipset: bool(true),
  permitted_ethertypes: list([]),
});

export const OPENVSWITCH_OPTIONS = {
  ovs: {
    integration_bridge: text("br-int"),
    tunnel_bridge: text("br-tun"),
    int_peer_patch_port: text("patch-tun"),
    tun_peer_patch_port: text("patch-int"),
    local_ip: text(""),
    bridge_mappings: mapping({ physnet1: "br-vlan", extern: "br-ex" }),
    datapath_type: choice(["system", "netdev"], "system"),
    ovsdb_connection: text("tcp:127.0.0.1:6640"),
  },
  agent: {
    tunnel_types: list(["vxlan", "gre", "geneve"]),
    vxlan_udp_port: integer(4789, 1, 65_535),
    polling_interval: integer(2, 1),
    l2_population: bool(true),
    arp_responder: bool(true),
    enable_distributed_routing: bool(true),
    drop_flows_on_start: bool(false),
    tunnel_csum: bool(false),
    dont_fragment: bool(true),
    extensions: list(["qos"]),
  },
  securitygroup: securitygroup("iptables_hybrid"),
};

export const LINUXBRIDGE_OPTIONS = {
  linux_bridge: {
    physical_interface_mappings: mapping({ physnet1: "eth2", extern: "eth3" }),
    bridge_mappings: mapping({}),
  },
  vxlan: {
    enable_vxlan: bool(true),
    local_ip: text(""),
    vxlan_group: text("224.0.0.1"),
    udp_dstport: integer(0, 0, 65_535),
    l2_population: bool(true),
    arp_responder: bool(false),
  },
  agent: { polling_interval: integer(2, 1), extensions: list(["qos"]) },
  securitygroup: securitygroup("iptables"),
};

export const DHCP_OPTIONS = {
  DEFAULT: {
    interface_driver: text("openvswitch"),
    dhcp_driver: text("neutron.agent.linux.dhcp.Dnsmasq"),
    enable_isolated_metadata: bool(false),
    force_metadata: bool(false),
    enable_metadata_network: bool(false),
    dhcp_lease_duration: integer(86_400),
    dns_domain: text("openstacklocal"),
    dnsmasq_dns_servers: list([]),
    dnsmasq_local_resolv: bool(false),
    dnsmasq_lease_max: integer(16_777_216),
    dhcp_broadcast_reply: bool(false),
    dhcp_renewal_time: integer(0),
    dhcp_rebinding_time: integer(0),
  },
};

export const L3_OPTIONS = {
  DEFAULT: {
    interface_driver: text("openvswitch"),
    agent_mode: choice(["dvr", "dvr_snat", "legacy", "dvr_no_external"], "legacy"),
    enable_metadata_proxy: bool(true),
    metadata_port: integer(9697, 0, 65_535),
    handle_internal_only_routers: bool(true),
    external_network_bridge: text(""),
  },
};
