/** Rows of the services as their APIs answer them to an administrator: the attributes that Underlay reads (lib/api/neutron.ts). */
import type {
  NeutronAddressGroup,
  NeutronAgent,
  NeutronFloatingIp,
  NeutronNetwork,
  NeutronPort,
  NeutronPortForwarding,
  NeutronRouter,
  NeutronSecurityGroup,
  NeutronSecurityGroupRule,
  NeutronSubnet,
  NeutronTrunk,
  NovaServer,
} from "../api/neutron.ts";
import type { Server } from "../compute/model.ts";
import type { Agent } from "../neutron/agent/agents.ts";
import type { Network, Port, Subnet } from "../neutron/core/model.ts";
import type { FloatingIp, PortForwarding, Router } from "../neutron/l3/model.ts";
import type { AddressGroup } from "../neutron/security/address-group-model.ts";
import type { SecurityGroup, SecurityGroupRule } from "../neutron/security/model.ts";
import type { Trunk } from "../neutron/trunk/model.ts";

interface Standard {
  readonly created_at: string;
  readonly updated_at: string;
  readonly revision_number: number;
  readonly description: string;
}

function standard({ created_at, updated_at, revision_number, description }: Standard) {
  return { created_at, updated_at, revision_number, description };
}

/** Of a network, by the pools of its subnets. */
export type Scopes = Pick<NeutronNetwork, "ipv4_address_scope" | "ipv6_address_scope">;

export function networkShape(row: Network, shared: boolean, scopes: Scopes): NeutronNetwork {
  const [segment] = row.segments;
  return {
    ...standard(row),
    id: row.id,
    name: row.name,
    project_id: row.project_id,
    admin_state_up: row.admin_state_up,
    status: row.status,
    mtu: row.mtu,
    shared,
    ...scopes,
    subnets: [...row.subnets],
    "router:external": row.external,
    port_security_enabled: row.port_security_enabled,
    dns_domain: row.dns_domain,
    qos_policy_id: row.qos_policy_id,
    "provider:network_type": segment?.network_type ?? null,
    "provider:physical_network": segment?.physical_network ?? null,
    "provider:segmentation_id": segment?.segmentation_id ?? null,
  };
}

export function subnetShape(row: Subnet): NeutronSubnet {
  return {
    ...standard(row),
    id: row.id,
    name: row.name,
    project_id: row.project_id,
    network_id: row.network_id,
    cidr: row.cidr,
    ip_version: row.ip_version,
    gateway_ip: row.gateway_ip,
    enable_dhcp: row.enable_dhcp,
    dns_nameservers: [...row.dns_nameservers],
    host_routes: [...row.host_routes],
    allocation_pools: [...row.allocation_pools],
    ipv6_address_mode: row.ipv6_address_mode,
    ipv6_ra_mode: row.ipv6_ra_mode,
  };
}

export function portShape(row: Port): NeutronPort {
  return {
    ...standard(row),
    id: row.id,
    name: row.name,
    project_id: row.project_id,
    network_id: row.network_id,
    mac_address: row.mac_address,
    admin_state_up: row.admin_state_up,
    status: row.status,
    fixed_ips: [...row.fixed_ips],
    device_id: row.device_id,
    device_owner: row.device_owner,
    security_groups: [...row.security_groups],
    allowed_address_pairs: [...row.allowed_address_pairs],
    extra_dhcp_opts: [...row.extra_dhcp_opts],
    dns_name: row.dns_name,
    port_security_enabled: row.port_security_enabled,
    qos_policy_id: row.qos_policy_id,
    "binding:host_id": row.binding.host,
    "binding:vif_type": row.binding.vif_type,
    "binding:vnic_type": row.binding.vnic_type,
    "binding:vif_details": { ...row.binding.vif_details },
  };
}

/** @param gateway the port that `gw_port_id` names */
export function routerShape(row: Router, gateway: Port | undefined): NeutronRouter {
  return {
    ...standard(row),
    id: row.id,
    name: row.name,
    project_id: row.project_id,
    admin_state_up: row.admin_state_up,
    status: row.status,
    distributed: row.distributed,
    ha: row.ha,
    routes: [...row.routes],
    external_gateway_info: gateway
      ? { network_id: gateway.network_id, enable_snat: row.enable_snat, external_fixed_ips: [...gateway.fixed_ips] }
      : null,
  };
}

export function floatingIpShape(row: FloatingIp, forwardings: readonly PortForwarding[]): NeutronFloatingIp {
  return {
    id: row.id,
    project_id: row.project_id,
    floating_ip_address: row.floating_ip_address,
    floating_network_id: row.floating_network_id,
    fixed_ip_address: row.fixed_ip_address,
    port_id: row.port_id,
    router_id: row.router_id,
    status: row.status,
    description: row.description,
    port_forwardings: forwardings.map(forwardingShape),
  };
}

/** Single ports stand as such, ranges as `from:to`. neutron/services/portforwarding/pf_plugin.py */
function forwardingShape({
  id,
  protocol,
  internal_ip_address,
  internal,
  external,
}: PortForwarding): NeutronPortForwarding {
  return {
    id,
    protocol,
    internal_ip_address,
    internal_port_range: `${internal.start}:${internal.end}`,
    external_port_range: `${external.start}:${external.end}`,
    ...(internal.start === internal.end && { internal_port: internal.start }),
    ...(external.start === external.end && { external_port: external.start }),
  };
}

export function groupShape(row: SecurityGroup, rules: readonly SecurityGroupRule[]): NeutronSecurityGroup {
  return {
    ...standard(row),
    id: row.id,
    name: row.name,
    project_id: row.project_id,
    stateful: row.stateful,
    security_group_rules: rules.map(ruleShape),
  };
}

function ruleShape(row: SecurityGroupRule): NeutronSecurityGroupRule {
  return {
    id: row.id,
    security_group_id: row.security_group_id,
    direction: row.direction,
    ethertype: row.ethertype,
    protocol: row.protocol,
    port_range_min: row.port_range_min,
    port_range_max: row.port_range_max,
    remote_ip_prefix: row.remote_ip_prefix,
    remote_group_id: row.remote_group_id,
    remote_address_group_id: row.remote_address_group_id,
    ...(row.description === null ? {} : { description: row.description }),
  };
}

export function addressGroupShape({ id, name, project_id, addresses }: AddressGroup): NeutronAddressGroup {
  return { id, name, project_id, addresses: [...addresses] };
}

export function trunkShape(row: Trunk): NeutronTrunk {
  return {
    ...standard(row),
    id: row.id,
    name: row.name,
    project_id: row.project_id,
    admin_state_up: row.admin_state_up,
    status: row.status,
    port_id: row.port_id,
    sub_ports: row.sub_ports.map((one) => ({ ...one })),
  };
}

/** @param alive whether it runs */
export function agentShape(row: Agent, alive: boolean): NeutronAgent {
  return {
    id: row.id,
    agent_type: row.agent_type,
    binary: row.binary,
    host: row.host,
    alive,
    admin_state_up: row.admin_state_up,
    configurations: { ...row.configurations },
  };
}

export function serverShape(row: Server): NovaServer {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    tenant_id: row.project_id,
    "OS-EXT-SRV-ATTR:host": row.host,
  };
}
