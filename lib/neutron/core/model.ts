/** Networks, subnets and ports as they are kept. Attributes that depend on who asks (shared) or on others are made in views. */
import { Collection } from "../../store/collection.ts";
import type { Standard } from "../standard.ts";

export interface Segment {
  readonly id: string;
  readonly network_type: string;
  readonly physical_network: string | null;
  readonly segmentation_id: number | null;
}

export interface Network extends Standard {
  readonly name: string;
  readonly admin_state_up: boolean;
  readonly status: string;
  /** Ids, in the order of their creation. */
  readonly subnets: readonly string[];
  /** At least one; several with multi-provider. */
  readonly segments: readonly Segment[];
  readonly external: boolean;
  /** The default of external networks. */
  readonly is_default: boolean;
  readonly mtu: number;
  readonly port_security_enabled: boolean;
  readonly qos_policy_id: string | null;
  readonly availability_zone_hints: readonly string[];
  readonly dns_domain: string;
  readonly vlan_transparent: boolean | null;
}

export interface AllocationPool {
  readonly start: string;
  readonly end: string;
}

export interface Subnet extends Standard {
  readonly name: string;
  readonly network_id: string;
  readonly ip_version: 4 | 6;
  readonly cidr: string;
  readonly gateway_ip: string | null;
  readonly enable_dhcp: boolean;
  readonly allocation_pools: readonly AllocationPool[];
  readonly dns_nameservers: readonly string[];
  readonly host_routes: readonly { readonly destination: string; readonly nexthop: string }[];
  readonly ipv6_ra_mode: string | null;
  readonly ipv6_address_mode: string | null;
  readonly subnetpool_id: string | null;
  readonly service_types: readonly string[];
  readonly segment_id: string | null;
}

export interface FixedIp {
  readonly subnet_id: string;
  readonly ip_address: string;
}

export interface Port extends Standard {
  readonly name: string;
  readonly network_id: string;
  readonly mac_address: string;
  readonly admin_state_up: boolean;
  /** ACTIVE, DOWN, BUILD, N/A. */
  readonly status: string;
  readonly device_id: string;
  readonly device_owner: string;
  readonly fixed_ips: readonly FixedIp[];
  readonly security_groups: readonly string[];
  readonly port_security_enabled: boolean;
  readonly allowed_address_pairs: readonly { readonly ip_address: string; readonly mac_address: string }[];
  readonly extra_dhcp_opts: readonly {
    readonly opt_name: string;
    readonly opt_value: string;
    readonly ip_version: 4 | 6;
  }[];
  readonly qos_policy_id: string | null;
  readonly dns_name: string;
  readonly binding: PortBinding;
  /** On hosts that the port may move to. */
  readonly inactive_bindings?: readonly PortBinding[];
  /** immediate, deferred, none. */
  readonly ip_allocation: string;
  readonly numa_affinity_policy: string | null;
  readonly device_profile: string | null;
}

export interface PortBinding {
  readonly host: string;
  readonly vnic_type: string;
  readonly profile: Readonly<Record<string, unknown>>;
  /** unbound, binding_failed, ovs, bridge, distributed. */
  readonly vif_type: string;
  readonly vif_details: Readonly<Record<string, unknown>>;
  /** The mechanism driver that bound it, and the segment that it bound. */
  readonly driver: string | null;
  readonly segment_id: string | null;
}

export const networks = new Collection<Network>("network", {
  keys: { name: (n) => n.name, external: (n) => n.external, qos_policy_id: (n) => n.qos_policy_id },
  /** No segment belongs to two networks. */
  unique: { segment: (n) => n.segments.map(segmentClaim) },
});

/** The value of networks' unique field `segment`; undefined for a segment that is not shared with anybody: a local one. */
export function segmentClaim({ network_type, physical_network, segmentation_id }: Omit<Segment, "id">) {
  if (physical_network === null && segmentation_id === null) return undefined;
  return `${segmentClaims(network_type, physical_network)}${segmentation_id ?? ""}`;
}

/** What all claims on segments of a type and a physical network begin with. */
export function segmentClaims(networkType: string, physicalNetwork: string | null): string {
  return `${networkType}/${physicalNetwork ?? ""}/`;
}

export const subnets = new Collection<Subnet>("subnet", {
  keys: { network_id: (s) => s.network_id, subnetpool_id: (s) => s.subnetpool_id, name: (s) => s.name },
});

export const ports = new Collection<Port>("port", {
  keys: {
    network_id: (p) => p.network_id,
    device_id: (p) => p.device_id || undefined,
    device_owner: (p) => p.device_owner || undefined,
    subnet_id: (p) => p.fixed_ips.map((ip) => ip.subnet_id),
    security_group_id: (p) => p.security_groups,
    host: (p) => p.binding.host || undefined,
    mac_address: (p) => p.mac_address,
    name: (p) => p.name || undefined,
    qos_policy_id: (p) => p.qos_policy_id,
  },
  unique: {
    /** No address of a subnet, and no MAC of a network, is held twice; the store itself refuses. */
    address: (p) => p.fixed_ips.map((ip) => addressClaim(ip.subnet_id, ip.ip_address)),
    mac: (p) => `${p.network_id}/${p.mac_address}`,
  },
});

/** The value of ports' unique field `address`: all of a subnet begin with `${subnetId}/`. */
export function addressClaim(subnetId: string, address: string): string {
  return `${subnetId}/${address}`;
}
