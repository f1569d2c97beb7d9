/**
 * What the agents of one host are told: what Neutron's RPCs carry, and nothing else (get_devices_details_list,
 * security_group_info_for_devices, l2population's fdb entries, sync_routers, get_active_networks_info). Plain data; every
 * object keeps its identity while it does not change, so that plans can be kept with it.
 */

/** A host as its administrator set it up, and its agents' configuration files. */
export interface HostSettings {
  readonly name: string;
  /** Which agents the host has; one that is stopped is not asked. */
  readonly agents: readonly AgentKind[];
  /** openvswitch_agent.ini / linuxbridge_agent.ini. */
  readonly bridgeMappings: Readonly<Record<string, string>>;
  /** Linux bridge hosts: physical network → interface. */
  readonly interfaceMappings: Readonly<Record<string, string>>;
  /** Tunnel endpoint; absent: no tunnels. */
  readonly localIp?: string;
  readonly tunnelTypes: readonly ("vxlan" | "gre" | "geneve")[];
  readonly l2Population: boolean;
  readonly arpResponder: boolean;
  readonly distributedRouting: boolean;
  readonly firewallDriver: "iptables_hybrid" | "iptables" | "openvswitch" | "noop";
  /** l3_agent.ini. */
  readonly l3Mode: "legacy" | "dvr" | "dvr_snat" | "dvr_no_external";
  /** dhcp_agent.ini and neutron.conf. */
  readonly dnsDomain: string;
  readonly dhcpLeaseDuration: number;
  readonly extensions: readonly string[];
}

export type AgentKind = "compute" | "openvswitch" | "linuxbridge" | "l3" | "dhcp" | "metadata";

export interface NetworkView {
  readonly id: string;
  readonly projectId: string;
  readonly type: string;
  readonly physicalNetwork: string | null;
  readonly segmentationId: number | null;
  readonly mtu: number;
  readonly external: boolean;
  readonly adminUp: boolean;
  readonly dnsDomain: string;
  readonly subnets: readonly SubnetView[];
  /** Address scopes of its subnets' pools, by IP version; absent: none. */
  readonly addressScopes?: { readonly 4: string | null; readonly 6: string | null };
  /** What its ports have that have none of their own; absent: none. */
  readonly qosPolicy?: string;
}

export interface SubnetView {
  readonly id: string;
  readonly networkId: string;
  readonly ipVersion: 4 | 6;
  readonly cidr: string;
  readonly gateway: string | null;
  readonly enableDhcp: boolean;
  readonly dnsNameservers: readonly string[];
  readonly hostRoutes: readonly { readonly destination: string; readonly nexthop: string }[];
  readonly ipv6AddressMode: string | null;
  readonly ipv6RaMode: string | null;
}

export interface PortView {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly networkId: string;
  readonly mac: string;
  readonly adminUp: boolean;
  /** status is ACTIVE: its agent has wired it. */
  readonly active: boolean;
  readonly fixedIps: readonly { readonly subnetId: string; readonly address: string }[];
  readonly deviceId: string;
  readonly deviceOwner: string;
  /** Where it is bound; "" for none. */
  readonly host: string;
  readonly vifType: string;
  /** binding:vif_details: whether os-vif puts a Linux bridge between. */
  readonly hybridPlug: boolean;
  readonly securityGroups: readonly string[];
  readonly portSecurity: boolean;
  readonly allowedAddressPairs: readonly { readonly address: string; readonly mac: string }[];
  readonly extraDhcpOptions: readonly { readonly name: string; readonly value: string; readonly ipVersion: 4 | 6 }[];
  readonly dnsName: string;
  /** Its own QoS policy; absent: none. */
  readonly qosPolicy?: string;
}

/** A rule, with the addresses that its remote group stands for left in `groups`. */
export interface SecurityRuleView {
  readonly id: string;
  readonly direction: "ingress" | "egress";
  readonly ethertype: "IPv4" | "IPv6";
  readonly protocol: string | null;
  readonly portMin: number | null;
  readonly portMax: number | null;
  readonly remotePrefix: string | null;
  /** A security group, or an address group. */
  readonly remoteGroupId: string | null;
  readonly byAddresses?: true;
}

export interface SecurityGroupView {
  readonly id: string;
  readonly stateful: boolean;
  readonly rules: readonly SecurityRuleView[];
  /** Addresses and MACs of the ports in it, on every host; of an address group its networks, with no MAC (""). */
  readonly members: readonly { readonly address: string; readonly mac: string }[];
}

/** Where the ports of a network are that are not here: l2population. */
export interface RemotePortView {
  readonly networkId: string;
  readonly host: string;
  readonly tunnelIp: string;
  readonly mac: string;
  readonly addresses: readonly string[];
  readonly deviceOwner: string;
}

export interface RouterView {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly adminUp: boolean;
  readonly distributed: boolean;
  readonly ha: boolean;
  readonly enableSnat: boolean;
  readonly routes: readonly { readonly destination: string; readonly nexthop: string }[];
  /** The host of the gateway port: with DVR, where snat-… is. */
  readonly gatewayHost: string | null;
  readonly gateway: PortView | null;
  /** qr- ports. */
  readonly interfaces: readonly PortView[];
  /** sg- ports. */
  readonly snatInterfaces: readonly PortView[];
  /** fg- port of this host on the external network. */
  readonly agentGateway: PortView | null;
  readonly floatingIps: readonly FloatingIpView[];
  readonly portForwardings: readonly PortForwardingView[];
  /** Of a distributed router: the ports of its subnets, wherever they are (get_ports_by_subnet). */
  readonly subnetPorts?: readonly PortView[];
}

export interface PortForwardingView {
  readonly id: string;
  readonly floatingAddress: string;
  readonly protocol: string;
  readonly externalPort: PortRange;
  readonly internalAddress: string;
  readonly internalPort: PortRange;
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export interface FloatingIpView {
  readonly id: string;
  readonly address: string;
  readonly fixedAddress: string;
  readonly portId: string;
  /** The host of its port; "" for none. */
  readonly host: string;
  /** Of a distributed router: served by its snat namespace, because the port's host cannot (DVR_SNAT_BOUND). */
  readonly snatBound?: boolean;
}

/** A network that the DHCP agent here serves. */
export interface DhcpNetworkView {
  readonly network: NetworkView;
  /** The agent's own port. */
  readonly port: PortView;
  /** All ports with an address in it: lines of the hosts file. */
  readonly ports: readonly PortView[];
}

/** A guest's port that carries others, each in a VLAN of the guest's own. */
export interface TrunkView {
  readonly id: string;
  /** The parent. */
  readonly portId: string;
  readonly subPorts: readonly { readonly portId: string; readonly segmentationId: number }[];
}

export interface HostView {
  readonly settings: HostSettings;
  /** Ports bound here, in the order that the agent would find them. */
  readonly ports: readonly PortView[];
  /** Guests that run here: which of the ports a hypervisor plugs. */
  readonly servers: readonly {
    readonly id: string;
    readonly name: string;
    readonly projectId: string;
    readonly portIds: readonly string[];
  }[];
  /** Trunks whose parents are bound here; absent: none. */
  readonly trunks?: readonly TrunkView[];
  /** Those that any of this names. */
  readonly networks: ReadonlyMap<string, NetworkView>;
  readonly securityGroups: ReadonlyMap<string, SecurityGroupView>;
  readonly remotePorts: readonly RemotePortView[];
  readonly routers: readonly RouterView[];
  readonly dhcpNetworks: readonly DhcpNetworkView[];
  /** Tunnel endpoints of all other hosts by tunnel type. */
  readonly tunnelPeers: readonly {
    readonly host: string;
    readonly type: "vxlan" | "gre" | "geneve";
    readonly ip: string;
  }[];
  /** DVR host MACs, this host's among them. */
  readonly dvrMacs: readonly { readonly host: string; readonly mac: string }[];
}
