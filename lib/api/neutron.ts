/** The APIs' own JSON, as a bundle's `api/` holds it: only the attributes that Underlay reads. Unknown ones are kept by callers as raw JSON. */

interface Base {
  id: string;
  name: string;
  project_id: string;
  created_at?: string;
  updated_at?: string;
  revision_number?: number;
  description?: string;
}

export interface NeutronNetwork extends Base {
  admin_state_up: boolean;
  status: string;
  mtu: number;
  shared: boolean;
  subnets: string[];
  "router:external": boolean;
  port_security_enabled: boolean;
  dns_domain?: string;
  "provider:network_type"?: string | null;
  "provider:physical_network"?: string | null;
  "provider:segmentation_id"?: number | null;
  ipv4_address_scope?: string | null;
  ipv6_address_scope?: string | null;
  qos_policy_id?: string | null;
}
export interface NeutronSubnet extends Base {
  network_id: string;
  cidr: string;
  ip_version: 4 | 6;
  gateway_ip: string | null;
  enable_dhcp: boolean;
  dns_nameservers: string[];
  host_routes: { destination: string; nexthop: string }[];
  allocation_pools: { start: string; end: string }[];
  ipv6_address_mode?: string | null;
  ipv6_ra_mode?: string | null;
}
export interface NeutronPort extends Base {
  network_id: string;
  mac_address: string;
  admin_state_up: boolean;
  status: string;
  fixed_ips: { subnet_id: string; ip_address: string }[];
  device_id: string;
  device_owner: string;
  security_groups: string[];
  allowed_address_pairs: { ip_address: string; mac_address?: string }[];
  extra_dhcp_opts?: { opt_name: string; opt_value: string; ip_version: 4 | 6 }[];
  dns_name?: string;
  port_security_enabled: boolean;
  qos_policy_id?: string | null;
  "binding:host_id"?: string;
  "binding:vif_type"?: string;
  "binding:vnic_type"?: string;
  "binding:vif_details"?: Record<string, unknown>;
}
export interface NeutronRouter extends Base {
  admin_state_up: boolean;
  status: string;
  distributed?: boolean;
  ha?: boolean;
  routes: { destination: string; nexthop: string }[];
  external_gateway_info: {
    network_id: string;
    enable_snat: boolean;
    external_fixed_ips: { subnet_id: string; ip_address: string }[];
  } | null;
}
export interface NeutronFloatingIp {
  id: string;
  project_id: string;
  floating_ip_address: string;
  floating_network_id: string;
  fixed_ip_address: string | null;
  port_id: string | null;
  router_id: string | null;
  status: string;
  description?: string;
  port_forwardings?: NeutronPortForwarding[];
}
/** Single ports stand as such, ranges as `from:to`. */
export interface NeutronPortForwarding {
  id: string;
  protocol: string;
  internal_ip_address: string;
  internal_port?: number;
  external_port?: number;
  internal_port_range?: string;
  external_port_range?: string;
}
export interface NeutronSecurityGroup extends Base {
  stateful?: boolean;
  security_group_rules: NeutronSecurityGroupRule[];
}
export interface NeutronSecurityGroupRule {
  id: string;
  security_group_id: string;
  direction: "ingress" | "egress";
  ethertype: "IPv4" | "IPv6";
  protocol: string | null;
  port_range_min: number | null;
  port_range_max: number | null;
  remote_ip_prefix: string | null;
  remote_group_id: string | null;
  remote_address_group_id?: string | null;
  description?: string;
}
/** What a rule may name in place of a remote group: networks, whoever is in them. */
export interface NeutronAddressGroup {
  id: string;
  name: string;
  project_id: string;
  addresses: string[];
}
export interface NeutronTrunk extends Base {
  admin_state_up: boolean;
  status: string;
  port_id: string;
  sub_ports: { port_id: string; segmentation_type: string; segmentation_id: number }[];
}
export interface NeutronAgent {
  id: string;
  agent_type: string;
  binary: string;
  host: string;
  alive: boolean;
  admin_state_up: boolean;
  heartbeat_timestamp?: string;
  configurations?: Record<string, unknown>;
}
export interface NovaServer {
  id: string;
  name: string;
  status: string;
  tenant_id?: string;
  "OS-EXT-SRV-ATTR:host"?: string | null;
  flavor?: unknown;
}
export interface KeystoneProject {
  id: string;
  name: string;
}

/** Everything the API answered, in one value. Lists that were not in the bundle are empty and reported as gaps. */
export interface CloudApi {
  networks: NeutronNetwork[];
  subnets: NeutronSubnet[];
  ports: NeutronPort[];
  routers: NeutronRouter[];
  floatingIps: NeutronFloatingIp[];
  securityGroups: NeutronSecurityGroup[];
  /** Absent: unknown, as in bundles of an older release. */
  addressGroups?: NeutronAddressGroup[];
  /** Absent: unknown, as in bundles of clouds without the service. */
  trunks?: NeutronTrunk[];
  agents: NeutronAgent[];
  servers: NovaServer[];
  projects: KeystoneProject[];
  /** Absent: unknown, as in bundles that lack these answers. */
  schedules?: Schedules;
}

/** What Neutron gave to which agents. */
export interface Schedules {
  networks: { network: string; agent: string }[];
  routers: { router: string; agent: string }[];
}
