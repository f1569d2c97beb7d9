/** The tenant's picture, from what the APIs answered and what the hosts show. Pure. */
import type { Topology, TopologyInstance, TopologyNetwork, TopologyRouter } from "../api/http.ts";
import type { CloudApi, NeutronPort } from "../api/neutron.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { World } from "../host/world.ts";
import { isGuestPort, isRouterInterface } from "./ports.ts";
import { ruleText } from "./rule-text.ts";

const byName = (a: { name: string; id: string }, b: { name: string; id: string }) =>
  a.name.localeCompare(b.name, "en", { numeric: true }) || a.id.localeCompare(b.id);

export function topologyOf({ api, world }: Pick<CollectedCloud, "api" | "world">): Topology {
  const guests = new Set([...world.guests, ...(world.subports ?? [])].map((guest) => guest.portId));
  const guestPorts: NeutronPort[] = [];
  const otherPorts: NeutronPort[] = [];
  for (const port of api.ports) (isGuestPort(port) || guests.has(port.id) ? guestPorts : otherPorts).push(port);
  const groupName = new Map(api.securityGroups.map((group) => [group.id, group.name]));
  return {
    networks: networks(api).sort(byName),
    routers: routers(api).sort(byName),
    instances: instances(api, world, guestPorts).sort(byName),
    floatingIps: api.floatingIps.map((fip) => ({
      id: fip.id,
      address: fip.floating_ip_address,
      ...(fip.fixed_ip_address ? { fixedIp: fip.fixed_ip_address } : {}),
      ...(fip.port_id ? { portId: fip.port_id } : {}),
      ...(fip.router_id ? { routerId: fip.router_id } : {}),
      networkId: fip.floating_network_id,
      status: fip.status,
    })),
    securityGroups: api.securityGroups
      .map((group) => ({
        id: group.id,
        name: group.name,
        projectId: group.project_id,
        rules: group.security_group_rules.map((rule) => ({
          id: rule.id,
          direction: rule.direction,
          text: ruleText(rule, (id) => groupName.get(id)),
        })),
      }))
      .sort(byName),
    projects: api.projects.map(({ id, name }) => ({ id, name })),
    otherPorts: otherPorts.map((port) => ({
      id: port.id,
      name: port.name,
      owner: port.device_owner,
      networkId: port.network_id,
      mac: port.mac_address,
      addresses: port.fixed_ips.map((ip) => ip.ip_address),
      ...(port["binding:host_id"] ? { host: port["binding:host_id"] } : {}),
      status: port.status,
      deviceId: port.device_id,
    })),
  };
}

function networks(api: CloudApi): TopologyNetwork[] {
  const dhcp = Map.groupBy(
    api.ports.filter((port) => port.device_owner === "network:dhcp").flatMap((port) => port.fixed_ips),
    (ip) => ip.subnet_id,
  );
  const subnets = Map.groupBy(api.subnets, (subnet) => subnet.network_id);
  return api.networks.map((network) => ({
    id: network.id,
    name: network.name,
    ...(network.created_at !== undefined && { createdAt: network.created_at }),
    projectId: network.project_id,
    external: network["router:external"],
    shared: network.shared,
    status: network.status,
    mtu: network.mtu,
    ...(network["provider:network_type"] ? { type: network["provider:network_type"] } : {}),
    ...(network["provider:physical_network"] ? { physicalNetwork: network["provider:physical_network"] } : {}),
    ...(typeof network["provider:segmentation_id"] === "number"
      ? { segmentationId: network["provider:segmentation_id"] }
      : {}),
    subnets: (subnets.get(network.id) ?? [])
      .map((subnet) => ({
        id: subnet.id,
        name: subnet.name,
        cidr: subnet.cidr,
        ...(subnet.gateway_ip ? { gateway: subnet.gateway_ip } : {}),
        dhcp: subnet.enable_dhcp,
        dhcpAddresses: (dhcp.get(subnet.id) ?? []).map((ip) => ip.ip_address),
        dns: subnet.dns_nameservers,
        ipVersion: subnet.ip_version,
      }))
      .sort((a, b) => a.ipVersion - b.ipVersion || byName(a, b)),
  }));
}

function routers(api: CloudApi): TopologyRouter[] {
  const interfaces = Map.groupBy(api.ports.filter(isRouterInterface), (port) => port.device_id);
  return api.routers.map((router) => {
    const gateway = router.external_gateway_info;
    return {
      id: router.id,
      name: router.name,
      projectId: router.project_id,
      status: router.status,
      distributed: router.distributed ?? false,
      ha: router.ha ?? false,
      ...(gateway
        ? {
            gateway: {
              networkId: gateway.network_id,
              addresses: gateway.external_fixed_ips.map((ip) => ip.ip_address),
              snat: gateway.enable_snat,
            },
          }
        : {}),
      interfaces: (interfaces.get(router.id) ?? [])
        .flatMap((port) =>
          port.fixed_ips.map((ip) => ({
            portId: port.id,
            networkId: port.network_id,
            subnetId: ip.subnet_id,
            address: ip.ip_address,
            owner: port.device_owner,
          })),
        )
        .sort((a, b) => a.address.localeCompare(b.address, "en", { numeric: true })),
      routes: router.routes,
    };
  });
}

function instances(api: CloudApi, world: World, ports: NeutronPort[]): TopologyInstance[] {
  const floating = Map.groupBy(
    api.floatingIps.filter((fip) => fip.port_id),
    (fip) => fip.port_id,
  );
  const taps = new Map(world.guests.map((guest) => [guest.portId, guest.tap]));
  const tags = localVlans(world);
  const subports = new Map(world.subports?.map((one) => [one.portId, one]));
  const devices = new Map(ports.map((port) => [port.id, port.device_id || port.id]));
  // A subport is its guest's, behind the cards.
  for (const [id, { host, tap }] of subports) {
    const parent = world.guests.find((one) => one.host === host && one.tap === tap);
    devices.set(id, devices.get(parent?.portId ?? "") ?? id);
  }
  const inOrder = [...ports.filter((port) => !subports.has(port.id)), ...ports.filter((port) => subports.has(port.id))];
  const byDevice = Map.groupBy(inOrder, (port) => devices.get(port.id) ?? port.id);
  const servers = new Map(api.servers.map((server) => [server.id, server]));
  for (const id of servers.keys()) if (!byDevice.has(id)) byDevice.set(id, []);
  return [...byDevice].map(([id, own]) => {
    const server = servers.get(id);
    const host = server?.["OS-EXT-SRV-ATTR:host"] ?? own.find((port) => port["binding:host_id"])?.["binding:host_id"];
    return {
      id,
      name: server?.name || own.find((port) => port.name !== "")?.name || id.slice(0, 8),
      projectId: server?.tenant_id ?? own[0]?.project_id ?? "",
      status: server?.status ?? portsStatus(own),
      ...(host ? { host } : {}),
      ports: own.map((port) => {
        const localVlan = tags.get(port.id);
        const { tap, vlan } = subports.get(port.id) ?? { tap: taps.get(port.id), vlan: undefined };
        return {
          id: port.id,
          networkId: port.network_id,
          mac: port.mac_address,
          status: port.status,
          addresses: port.fixed_ips.map((ip) => ip.ip_address),
          floatingIps: (floating.get(port.id) ?? []).map((fip) => fip.floating_ip_address),
          securityGroupIds: port.security_groups,
          portSecurity: port.port_security_enabled,
          tap: tap ?? `tap${port.id.slice(0, 11)}`,
          ...(vlan !== undefined && { vlan }),
          ...(localVlan === undefined ? {} : { localVlan }),
        };
      }),
    };
  });
}

/** Without Nova's answer, an instance is as well as its worst port. */
function portsStatus(ports: NeutronPort[]): string {
  return ports.find((port) => port.status !== "ACTIVE")?.status ?? "ACTIVE";
}

/** Port id → tag of the OVS port that carries it (`external_ids:iface-id`). */
function localVlans(world: World): Map<string, number> {
  const tags = new Map<string, number>();
  for (const host of world.hosts)
    for (const bridge of host.ovs?.bridges ?? [])
      for (const port of bridge.ports)
        for (const iface of port.interfaces) {
          const portId = iface.externalIds["iface-id"];
          if (portId !== undefined && port.tag !== undefined) tags.set(portId, port.tag);
        }
  return tags;
}
