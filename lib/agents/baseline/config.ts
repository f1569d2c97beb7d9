/** The configuration files that an administrator wrote for the host's agents: file → section → option → value. */
import type { HostState } from "../../host/state.ts";
import type { HostSettings } from "../view.ts";

type Files = HostState["config"];
type File = Files[string];

export function configOf(settings: HostSettings): Files {
  const has = (kind: HostSettings["agents"][number]) => settings.agents.includes(kind);
  return {
    "neutron.conf": neutronConf(settings),
    ...(has("openvswitch") ? { "openvswitch_agent.ini": openvswitchAgent(settings) } : {}),
    ...(has("linuxbridge") ? { "linuxbridge_agent.ini": linuxbridgeAgent(settings) } : {}),
    ...(has("l3") ? { "l3_agent.ini": l3Agent(settings) } : {}),
    ...(has("dhcp") ? { "dhcp_agent.ini": dhcpAgent(settings) } : {}),
    ...(has("metadata") ? { "metadata_agent.ini": { DEFAULT: { nova_metadata_host: "192.168.250.10" } } } : {}),
  };
}

function neutronConf({ name, dnsDomain, dhcpLeaseDuration }: HostSettings): File {
  return {
    DEFAULT: {
      core_plugin: "ml2",
      host: name,
      state_path: "/var/lib/neutron",
      dns_domain: dnsDomain,
      dhcp_lease_duration: String(dhcpLeaseDuration),
    },
  };
}

function openvswitchAgent(settings: HostSettings): File {
  const { localIp } = settings;
  return {
    ovs: {
      integration_bridge: "br-int",
      tunnel_bridge: "br-tun",
      bridge_mappings: mapping(settings.bridgeMappings),
      ...(localIp === undefined ? {} : { local_ip: localIp }),
      datapath_type: "netdev",
    },
    agent: {
      tunnel_types: settings.tunnelTypes.join(","),
      l2_population: flag(settings.l2Population),
      arp_responder: flag(settings.arpResponder),
      enable_distributed_routing: flag(settings.distributedRouting),
      extensions: settings.extensions.join(","),
    },
    securitygroup: securityGroup(settings.firewallDriver),
  };
}

function linuxbridgeAgent(settings: HostSettings): File {
  const { localIp } = settings;
  const enabled = localIp !== undefined && settings.tunnelTypes.includes("vxlan");
  return {
    linux_bridge: { physical_interface_mappings: mapping(settings.interfaceMappings) },
    vxlan: {
      enable_vxlan: flag(enabled),
      ...(localIp === undefined ? {} : { local_ip: localIp }),
      l2_population: flag(settings.l2Population),
      // As Open vSwitch has it: the kernel's own default is another one.
      udp_dstport: "4789",
    },
    agent: { extensions: settings.extensions.join(",") },
    securitygroup: securityGroup(settings.firewallDriver),
  };
}

function securityGroup(driver: HostSettings["firewallDriver"]): Record<string, string> {
  return { firewall_driver: driver, enable_security_group: flag(driver !== "noop"), enable_ipset: "True" };
}

function driverOf({ agents }: HostSettings): string {
  return agents.includes("linuxbridge") ? "linuxbridge" : "openvswitch";
}

function l3Agent(settings: HostSettings): File {
  return { DEFAULT: { interface_driver: driverOf(settings), agent_mode: settings.l3Mode } };
}

function dhcpAgent(settings: HostSettings): File {
  return {
    DEFAULT: {
      interface_driver: driverOf(settings),
      dhcp_driver: "neutron.agent.linux.dhcp.Dnsmasq",
      enable_isolated_metadata: "True",
      enable_metadata_network: "False",
    },
  };
}

function mapping(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([network, device]) => `${network}:${device}`)
    .join(",");
}

function flag(value: boolean): string {
  return value ? "True" : "False";
}
