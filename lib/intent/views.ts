/**
 * What each host's agents are told, made of the API's answers: the embedded cloud's own, a recording's or a real cloud's.
 * Views of objects that have not changed are the same objects, as long as the answers' objects are.
 * Source: neutron/plugins/ml2/rpc.py, plugins/ml2/drivers/l2pop/mech_driver.py, db/l3_db.py, db/l3_dvr_db.py, api/rpc/handlers.
 */

import type {
  DhcpNetworkView,
  FloatingIpView,
  HostSettings,
  HostView,
  NetworkView,
  PortForwardingView,
  PortRange,
  PortView,
  RemotePortView,
  RouterView,
  SecurityGroupView,
  SubnetView,
  TrunkView,
} from "../agents/view.ts";
import type {
  CloudApi,
  NeutronAddressGroup,
  NeutronNetwork,
  NeutronPort,
  NeutronRouter,
  NeutronSecurityGroup,
  NeutronSubnet,
  NeutronTrunk,
  NovaServer,
} from "../api/neutron.ts";

/** What no API tells. */
export interface BeyondApi {
  readonly settings: readonly HostSettings[];
  readonly dvrMacs: readonly { readonly host: string; readonly mac: string }[];
}

export const ROUTER_INTERFACES: readonly string[] = [
  "network:router_interface",
  "network:router_interface_distributed",
  "network:ha_router_replicated_interface",
];
const DISTRIBUTED = "network:router_interface_distributed";
const GATEWAY = "network:router_gateway";
const SNAT = "network:router_centralized_snat";
const AGENT_GATEWAY = "network:floatingip_agent_gateway";

/** Views of every host of `beyond.settings`, or of those of `only`, by its name. */
export function hostViews(api: CloudApi, beyond: BeyondApi, only?: ReadonlySet<string>): Map<string, HostView> {
  const cloud = new Cloud(api, beyond);
  const wanted = beyond.settings.filter(({ name }) => only?.has(name) ?? true);
  return new Map(wanted.map((settings) => [settings.name, cloud.view(settings)]));
}

class Cloud {
  private readonly beyond: BeyondApi;
  private readonly api: CloudApi;
  private readonly networks: ReadonlyMap<string, NetworkView>;
  private readonly ports: readonly PortView[];
  private readonly portById: ReadonlyMap<string, PortView>;
  private readonly groups: ReadonlyMap<string, SecurityGroupView>;
  private readonly byHost: ReadonlyMap<string, readonly PortView[]>;
  private readonly byNetwork: ReadonlyMap<string, readonly PortView[]>;
  private readonly byDevice: ReadonlyMap<string, readonly PortView[]>;
  private hostsOfRouters: ReadonlyMap<string, readonly string[]> | undefined;
  private readonly tunnelIps: ReadonlyMap<string, string | undefined>;
  private readonly servers: ReadonlyMap<string, NovaServer>;
  private readonly placedPorts = new Map<string, readonly RemotePortView[]>();
  private readonly routersByHost = new Map<string, RouterView[]>();
  /** As on a host without a port on the external network. */
  private readonly routersAnywhere = new Map<string, RouterView>();

  constructor(api: CloudApi, beyond: BeyondApi) {
    this.api = api;
    this.beyond = beyond;
    this.tunnelIps = new Map(beyond.settings.map((one) => [one.name, one.localIp]));
    this.servers = new Map(api.servers.map((one) => [one.id, one]));
    const subnets = groupBy(api.subnets, (one) => one.network_id);
    this.networks = new Map(api.networks.map((one) => [one.id, networkView(one, subnets.get(one.id) ?? [])]));
    this.ports = api.ports.map(portView);
    this.portById = new Map(this.ports.map((one) => [one.id, one]));
    this.byHost = groupBy(this.ports, (one) => one.host);
    this.byNetwork = groupBy(this.ports, (one) => one.networkId);
    this.byDevice = groupBy(this.ports, (one) => one.deviceId);
    const members = groupByMany(this.ports, (one) => one.securityGroups);
    this.groups = new Map([
      ...api.securityGroups.map((one) => [one.id, groupView(one, members.get(one.id) ?? [])] as const),
      // Agents keep both kinds of remote group in one list of members (securitygroups_rpc_base.py sg_member_ips).
      ...(api.addressGroups ?? []).map((one) => [one.id, addressGroupView(one)] as const),
    ]);
  }

  view(settings: HostSettings): HostView {
    const ports = this.byHost.get(settings.name) ?? [];
    const routers = settings.agents.includes("l3") ? this.routers(settings) : [];
    // Distributed interfaces are bound to no host: each has them where its router is. ml2/plugin.py
    const distributed = routers.filter((one) => one.distributed).flatMap((one) => one.interfaces);
    const here = [...ports, ...distributed.filter((one) => one.host !== settings.name)];
    const dhcpNetworks = settings.agents.includes("dhcp") ? this.dhcp(settings) : [];
    const networkIds = new Set([...here.map((one) => one.networkId), ...dhcpNetworks.map((one) => one.network.id)]);
    // What a distributed router's gateway is on, wherever that is: for the scope of its addresses.
    const external = routers.flatMap((one) => one.gateway?.networkId ?? []);
    return {
      settings,
      ports: here,
      servers: this.guests(settings, ports),
      ...this.trunksOf(ports),
      networks: pick(this.networks, new Set([...networkIds, ...external])),
      securityGroups: this.reachable(here),
      remotePorts: settings.l2Population ? this.remote(settings, networkIds) : [],
      routers,
      dhcpNetworks,
      tunnelPeers: this.peers(settings),
      dvrMacs: this.beyond.dvrMacs,
    };
  }

  private guests(settings: HostSettings, ports: readonly PortView[]): HostView["servers"] {
    const guests = groupBy(
      ports.filter((one) => one.deviceOwner.startsWith("compute:")),
      (one) => one.deviceId,
    );
    if (!settings.agents.includes("compute")) return [];
    return [...guests].map(([id, own]) => ({
      id,
      name: this.servers.get(id)?.name ?? id,
      projectId: this.servers.get(id)?.tenant_id ?? own[0]?.projectId ?? "",
      portIds: own.map((one) => one.id),
    }));
  }

  private trunksOf(ports: readonly PortView[]): Pick<HostView, "trunks"> {
    if (!this.api.trunks || this.api.trunks.length === 0) return {};
    const here = new Set(ports.map((one) => one.id));
    const trunks = this.api.trunks.filter((one) => here.has(one.port_id)).map(trunkView);
    return trunks.length === 0 ? {} : { trunks };
  }

  /** The groups of these ports, and those that their rules name. */
  private reachable(ports: readonly PortView[]): ReadonlyMap<string, SecurityGroupView> {
    const ids = new Set(ports.flatMap((one) => one.securityGroups));
    for (const id of [...ids])
      for (const rule of this.groups.get(id)?.rules ?? []) if (rule.remoteGroupId !== null) ids.add(rule.remoteGroupId);
    return pick(this.groups, ids);
  }

  /** l2population: ports elsewhere of the networks that are here, active ones on hosts with a tunnel end. l2pop/db.py */
  private remote(settings: HostSettings, networkIds: ReadonlySet<string>): RemotePortView[] {
    const far: RemotePortView[] = [];
    for (const networkId of networkIds)
      for (const one of this.placed(networkId)) if (one.host !== settings.name) far.push(one);
    return far;
  }

  /** Active ports of a network, on each host that they are on. */
  private placed(networkId: string): readonly RemotePortView[] {
    const known = this.placedPorts.get(networkId);
    if (known) return known;
    const placed = (this.byNetwork.get(networkId) ?? []).flatMap((port) => {
      if (!port.active) return [];
      // A distributed router's interface is wherever the router is. l2pop/db.py _get_dvr_active_network_ports
      const hosts = port.deviceOwner === DISTRIBUTED ? (this.routerHosts().get(port.deviceId) ?? []) : [port.host];
      return hosts.flatMap((host) => {
        const tunnelIp = this.tunnelIps.get(host);
        return tunnelIp === undefined ? [] : [remotePort(port, host, tunnelIp)];
      });
    });
    this.placedPorts.set(networkId, placed);
    return placed;
  }

  /** Router id → hosts whose L3 agents have it. */
  private routerHosts(): ReadonlyMap<string, readonly string[]> {
    this.hostsOfRouters ??= new Map(
      [...groupByMany(this.beyond.settings.filter(hasL3), (one) => this.routers(one).map((router) => router.id))].map(
        ([id, settings]) => [id, settings.map((one) => one.name)],
      ),
    );
    return this.hostsOfRouters;
  }

  private peers(settings: HostSettings): HostView["tunnelPeers"] {
    const known = peersOf.get(settings);
    if (known?.all === this.beyond.settings) return known.peers;
    const peers = this.peersAmong(settings);
    peersOf.set(settings, { all: this.beyond.settings, peers });
    return peers;
  }

  private peersAmong(settings: HostSettings): HostView["tunnelPeers"] {
    return this.beyond.settings.flatMap((other) =>
      other.name === settings.name || other.localIp === undefined
        ? []
        : other.tunnelTypes
            .filter((type) => settings.tunnelTypes.includes(type))
            .map((type) => ({ host: other.name, type, ip: other.localIp ?? "" })),
    );
  }

  private dhcp(settings: HostSettings): DhcpNetworkView[] {
    const own = (this.byHost.get(settings.name) ?? []).filter((one) => one.deviceOwner === "network:dhcp");
    return own.flatMap((port) => {
      const network = this.networks.get(port.networkId);
      return network ? [{ network, port, ports: this.byNetwork.get(network.id) ?? [] }] : [];
    });
  }

  private routers(settings: HostSettings): RouterView[] {
    let routers = this.routersByHost.get(settings.name);
    if (!routers) {
      routers = this.routersOf(settings);
      this.routersByHost.set(settings.name, routers);
    }
    return routers;
  }

  private routersOf(settings: HostSettings): RouterView[] {
    const here = new Set((this.byHost.get(settings.name) ?? []).filter(isServed).flatMap(subnetsOf));
    const all = this.api.routers.map((router) => this.anywhere(router));
    const own = all.filter((router) => {
      if (router.gatewayHost === settings.name) return true;
      if (!router.distributed) return router.interfaces.some((one) => one.host === settings.name);
      // l3_dvrscheduler_db.py: where a guest of one of its subnets is.
      return settings.l3Mode !== "legacy" && router.interfaces.flatMap(subnetsOf).some((id) => here.has(id));
    });
    const near = settings.l3Mode === "legacy" ? own : withNeighbours(own, all);
    return near.map((router) => this.withAgentGateway(router, settings));
  }

  private anywhere(router: NeutronRouter): RouterView {
    let view = this.routersAnywhere.get(router.id);
    if (!view) {
      view = this.router(router);
      this.routersAnywhere.set(router.id, view);
    }
    return view;
  }

  private withAgentGateway(router: RouterView, settings: HostSettings): RouterView {
    if (!router.distributed) return router;
    const agentGateway = (this.byHost.get(settings.name) ?? []).find(
      (one) => one.deviceOwner === AGENT_GATEWAY && one.networkId === router.gateway?.networkId,
    );
    return agentGateway ? { ...router, agentGateway } : router;
  }

  private router(router: NeutronRouter): RouterView {
    // An agent that is told of a router has bound its ports. api/rpc/handlers/l3_rpc.py _ensure_host_set_on_ports
    const own = (this.byDevice.get(router.id) ?? []).filter(
      (one) => one.host !== "" || one.deviceOwner === DISTRIBUTED,
    );
    const gateway = own.find((one) => one.deviceOwner === GATEWAY) ?? null;
    const distributed = router.distributed ?? false;
    return {
      id: router.id,
      name: router.name,
      projectId: router.project_id,
      adminUp: router.admin_state_up,
      distributed,
      ha: router.ha ?? false,
      enableSnat: router.external_gateway_info?.enable_snat ?? false,
      routes: router.routes,
      gatewayHost: gateway?.host || null,
      gateway,
      interfaces: own.filter((one) => ROUTER_INTERFACES.includes(one.deviceOwner)),
      snatInterfaces: own.filter((one) => one.deviceOwner === SNAT),
      agentGateway: null,
      floatingIps: this.floatingIps(router),
      portForwardings: this.portForwardings(router),
      ...(distributed ? { subnetPorts: this.subnetPorts(own) } : {}),
    };
  }

  private floatingIps(router: NeutronRouter): FloatingIpView[] {
    return this.api.floatingIps.flatMap((one) =>
      one.router_id === router.id && one.port_id !== null && one.fixed_ip_address !== null
        ? [
            {
              id: one.id,
              address: one.floating_ip_address,
              fixedAddress: one.fixed_ip_address,
              portId: one.port_id,
              host: this.portById.get(one.port_id)?.host ?? "",
              ...(this.isSnatBound(one.port_id) ? { snatBound: true } : {}),
            },
          ]
        : [],
    );
  }

  /** l3_dvr_db.py _get_dvr_sync_data: a port without a host, or where hosts have no way out. */
  private isSnatBound(portId: string): boolean {
    const host = this.portById.get(portId)?.host ?? "";
    const settings = this.beyond.settings.find((one) => one.name === host);
    return host === "" || settings?.l3Mode === "dvr_no_external";
  }

  private portForwardings(router: NeutronRouter): PortForwardingView[] {
    return this.api.floatingIps.flatMap((floating) =>
      floating.router_id !== router.id
        ? []
        : (floating.port_forwardings ?? []).flatMap((one) => {
            const externalPort = portRange(one.external_port_range, one.external_port);
            const internalPort = portRange(one.internal_port_range, one.internal_port);
            if (!externalPort || !internalPort) return [];
            const { id, protocol, internal_ip_address: internalAddress } = one;
            const floatingAddress = floating.floating_ip_address;
            return [{ id, floatingAddress, protocol, externalPort, internalAddress, internalPort }];
          }),
    );
  }

  /** get_ports_by_subnet, for the subnets that the router is on. */
  private subnetPorts(own: readonly PortView[]): PortView[] {
    const interfaces = own.filter((one) => ROUTER_INTERFACES.includes(one.deviceOwner));
    const subnets = new Set(interfaces.flatMap(subnetsOf));
    const networks = new Set(interfaces.map((one) => one.networkId));
    return [...networks]
      .flatMap((id) => this.byNetwork.get(id) ?? [])
      .filter((port) => subnetsOf(port).some((id) => subnets.has(id)));
  }
}

/** And the distributed ones on their networks: a guest's packets may go on through them. _get_other_dvr_router_ids_connected_router */
function withNeighbours(own: readonly RouterView[], all: readonly RouterView[]): readonly RouterView[] {
  if (own.length === all.length) return own;
  const networks = new Set(
    own.flatMap(({ gateway, interfaces }) =>
      [...(gateway ? [gateway] : []), ...interfaces].map((one) => one.networkId),
    ),
  );
  const ids = new Set(own.map((one) => one.id));
  const isNear = (router: RouterView) =>
    router.distributed && router.interfaces.some((one) => networks.has(one.networkId));
  return all.filter((router) => ids.has(router.id) || isNear(router));
}

function hasL3(settings: HostSettings): boolean {
  return settings.agents.includes("l3");
}

/** neutron/common/utils.py is_dvr_serviced. */
function isServed(port: PortView): boolean {
  const { deviceOwner } = port;
  return (
    deviceOwner.startsWith("compute:") ||
    deviceOwner === "network:dhcp" ||
    deviceOwner.startsWith("neutron:LOADBALANCER")
  );
}

function subnetsOf(port: PortView): string[] {
  return port.fixedIps.map((ip) => ip.subnetId);
}

function portRange(range: string | undefined, single: number | undefined): PortRange | undefined {
  const [from, to] = range === undefined ? [single, single] : range.split(":").map(Number);
  return from === undefined ? undefined : { from, to: to ?? from };
}

/** What is made of an object, made once for it. */
function once<T extends object, V extends object>(make: (one: T) => V): (one: T) => V {
  const seen = new WeakMap<object, V>();
  return (one) => {
    const known = seen.get(one);
    if (known) return known;
    const view = make(one);
    seen.set(one, view);
    return view;
  };
}

const portView = once(
  (port: NeutronPort): PortView => ({
    id: port.id,
    name: port.name,
    projectId: port.project_id,
    networkId: port.network_id,
    mac: port.mac_address,
    adminUp: port.admin_state_up,
    active: port.status === "ACTIVE",
    fixedIps: port.fixed_ips.map((ip) => ({ subnetId: ip.subnet_id, address: ip.ip_address })),
    deviceId: port.device_id,
    deviceOwner: port.device_owner,
    host: port["binding:host_id"] ?? "",
    vifType: port["binding:vif_type"] ?? "",
    hybridPlug: port["binding:vif_details"]?.ovs_hybrid_plug === true,
    securityGroups: port.security_groups,
    portSecurity: port.port_security_enabled,
    allowedAddressPairs: port.allowed_address_pairs.map((pair) => ({
      address: pair.ip_address,
      mac: pair.mac_address ?? port.mac_address,
    })),
    extraDhcpOptions: (port.extra_dhcp_opts ?? []).map((one) => ({
      name: one.opt_name,
      value: one.opt_value,
      ipVersion: one.ip_version,
    })),
    dnsName: port.dns_name ?? "",
    ...(port.qos_policy_id ? { qosPolicy: port.qos_policy_id } : {}),
  }),
);

const subnetView = once(
  (subnet: NeutronSubnet): SubnetView => ({
    id: subnet.id,
    networkId: subnet.network_id,
    ipVersion: subnet.ip_version,
    cidr: subnet.cidr,
    gateway: subnet.gateway_ip,
    enableDhcp: subnet.enable_dhcp,
    dnsNameservers: subnet.dns_nameservers,
    hostRoutes: subnet.host_routes,
    ipv6AddressMode: subnet.ipv6_address_mode ?? null,
    ipv6RaMode: subnet.ipv6_ra_mode ?? null,
  }),
);

const lastNetworks = new WeakMap<NeutronNetwork, { subnets: readonly SubnetView[]; view: NetworkView }>();

function networkView(network: NeutronNetwork, own: readonly NeutronSubnet[]): NetworkView {
  const subnets = own.map(subnetView);
  const last = lastNetworks.get(network);
  if (last?.subnets.length === subnets.length && last.subnets.every((one, i) => one === subnets[i])) return last.view;
  const view: NetworkView = {
    id: network.id,
    projectId: network.project_id,
    type: network["provider:network_type"] ?? "",
    physicalNetwork: network["provider:physical_network"] ?? null,
    segmentationId: network["provider:segmentation_id"] ?? null,
    mtu: network.mtu,
    external: network["router:external"],
    adminUp: network.admin_state_up,
    dnsDomain: network.dns_domain ?? "",
    subnets,
    ...(network.qos_policy_id ? { qosPolicy: network.qos_policy_id } : {}),
    addressScopes: { 4: network.ipv4_address_scope ?? null, 6: network.ipv6_address_scope ?? null },
  };
  lastNetworks.set(network, { subnets, view });
  return view;
}

/** Allowed address pairs are members, too. neutron/db/securitygroups_rpc_base.py */
const membersOf = once((port: PortView): SecurityGroupView["members"] => [
  ...port.fixedIps.map(({ address }) => ({ address, mac: port.mac })),
  ...port.allowedAddressPairs.map(({ address, mac }) => ({ address, mac })),
]);

const lastGroups = new WeakMap<NeutronSecurityGroup, { ports: readonly PortView[]; view: SecurityGroupView }>();

function groupView(group: NeutronSecurityGroup, ports: readonly PortView[]): SecurityGroupView {
  const last = lastGroups.get(group);
  if (last?.ports.length === ports.length && last.ports.every((one, i) => one === ports[i])) return last.view;
  const view: SecurityGroupView = {
    id: group.id,
    stateful: group.stateful ?? true,
    rules: group.security_group_rules.map((rule) => ({
      id: rule.id,
      direction: rule.direction,
      ethertype: rule.ethertype,
      protocol: rule.protocol,
      portMin: rule.port_range_min,
      portMax: rule.port_range_max,
      remotePrefix: rule.remote_ip_prefix,
      remoteGroupId: rule.remote_group_id ?? rule.remote_address_group_id ?? null,
      ...(rule.remote_address_group_id ? { byAddresses: true } : {}),
    })),
    members: ports.flatMap(membersOf),
  };
  lastGroups.set(group, { ports, view });
  return view;
}

/** Its networks, of any MAC. */
const addressGroupView = once(
  ({ id, addresses }: NeutronAddressGroup): SecurityGroupView => ({
    id,
    stateful: true,
    rules: [],
    members: addresses.map((address) => ({ address, mac: "" })),
  }),
);

const trunkView = once(
  (trunk: NeutronTrunk): TrunkView => ({
    id: trunk.id,
    portId: trunk.port_id,
    subPorts: trunk.sub_ports.map((one) => ({ portId: one.port_id, segmentationId: one.segmentation_id })),
  }),
);

const peersOf = new WeakMap<HostSettings, { all: readonly HostSettings[]; peers: HostView["tunnelPeers"] }>();

const remotes = new WeakMap<PortView, Map<string, RemotePortView>>();

function remotePort(port: PortView, host: string, tunnelIp: string): RemotePortView {
  const own = remotes.get(port) ?? new Map<string, RemotePortView>();
  const known = own.get(tunnelIp);
  if (known?.host === host) return known;
  const view = {
    networkId: port.networkId,
    host,
    tunnelIp,
    mac: port.mac,
    addresses: port.fixedIps.map((ip) => ip.address),
    deviceOwner: port.deviceOwner,
  };
  remotes.set(port, own.set(tunnelIp, view));
  return view;
}

function groupBy<T>(all: readonly T[], key: (one: T) => string): Map<string, T[]> {
  return groupByMany(all, (one) => [key(one)]);
}

function groupByMany<T>(all: readonly T[], keys: (one: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all)
    for (const key of keys(one)) {
      const group = groups.get(key);
      if (group) group.push(one);
      else groups.set(key, [one]);
    }
  return groups;
}

function pick<V>(all: ReadonlyMap<string, V>, ids: ReadonlySet<string>): Map<string, V> {
  return new Map([...ids].flatMap((id) => (all.has(id) ? [[id, all.get(id) as V]] : []))); // has() was asked.
}
