/** Networks, subnets and ports put straight into the store: address allocation alone, without what the plugin does around it. */

import { type FixedIp, type Network, networks, type Port, ports, type Subnet, subnets } from "../../core/model.ts";
import type { FixedIpRequest } from "../../kind/address-lists.ts";
import type { Change } from "../../resource.ts";
import { standard } from "../../standard.ts";
import { allocateAddresses, type PortAddressing } from "../ipam.ts";

export function putNetwork(change: Change): Promise<Network> {
  return networks.insert(change.tx, {
    ...standard(change, { project_id: "p" }),
    name: "",
    admin_state_up: true,
    status: "ACTIVE",
    subnets: [],
    segments: [],
    external: false,
    is_default: false,
    mtu: 1450,
    port_security_enabled: true,
    qos_policy_id: null,
    availability_zone_hints: [],
    dns_domain: "",
    vlan_transparent: null,
  });
}

export function putSubnet(
  change: Change,
  network: Network,
  cidr: string,
  pools: readonly [string, string][],
  more: Partial<Subnet> = {},
): Promise<Subnet> {
  return subnets.insert(change.tx, {
    ...standard(change, { project_id: "p" }),
    name: "",
    network_id: network.id,
    ip_version: cidr.includes(":") ? 6 : 4,
    cidr,
    gateway_ip: null,
    enable_dhcp: true,
    allocation_pools: pools.map(([start, end]) => ({ start, end })),
    dns_nameservers: [],
    host_routes: [],
    ipv6_ra_mode: null,
    ipv6_address_mode: null,
    subnetpool_id: null,
    service_types: [],
    segment_id: null,
    ...more,
  });
}

let macs = 0;

export async function putPort(
  change: Change,
  network: Network,
  request?: readonly FixedIpRequest[],
  about: Partial<PortAddressing> = {},
): Promise<Port> {
  const mac =
    about.mac ??
    `fa:16:3e:${(macs++)
      .toString(16)
      .padStart(6, "0")
      .replace(/..(?=.)/g, "$&:")}`;
  const deviceOwner = about.deviceOwner ?? "compute:nova";
  const fixed_ips = await allocateAddresses(change, network, request, { mac, deviceOwner });
  return ports.insert(change.tx, {
    ...standard(change, { project_id: "p" }),
    name: "",
    network_id: network.id,
    mac_address: mac,
    admin_state_up: true,
    status: "DOWN",
    device_id: "",
    device_owner: deviceOwner,
    fixed_ips,
    security_groups: [],
    port_security_enabled: true,
    allowed_address_pairs: [],
    extra_dhcp_opts: [],
    qos_policy_id: null,
    dns_name: "",
    binding: {
      host: "",
      vnic_type: "normal",
      profile: {},
      vif_type: "unbound",
      vif_details: {},
      driver: null,
      segment_id: null,
    },
    ip_allocation: "immediate",
    numa_affinity_policy: null,
    device_profile: null,
  });
}

/** The port with what it asks for now. */
export async function changePort(
  change: Change,
  network: Network,
  port: Port,
  request: readonly FixedIpRequest[] | undefined,
  mac = port.mac_address,
): Promise<Port> {
  const about = { mac, deviceOwner: port.device_owner, current: port.fixed_ips };
  const fixed_ips = await allocateAddresses(change, network, request, about);
  return ports.update(change.tx, { ...port, mac_address: mac, fixed_ips });
}

export const addresses = (port: { readonly fixed_ips: readonly FixedIp[] }) =>
  port.fixed_ips.map((ip) => ip.ip_address);
