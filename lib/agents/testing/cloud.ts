/** A small cloud for tests of agents: views as Neutron's RPCs would give them, with short names for what matters. */
import type { HostSettings, HostView, NetworkView, PortView, RemotePortView } from "../view.ts";

/** A UUID that ends in these digits. */
export function uuid(digits: string): string {
  const filled = digits.padStart(8, "0");
  return `${filled}-0000-4000-8000-0000${filled}`;
}

export const SETTINGS: HostSettings = {
  name: "compute1",
  agents: ["compute", "openvswitch"],
  bridgeMappings: { extern: "br-ex", physnet1: "br-vlan" },
  interfaceMappings: {},
  localIp: "10.0.44.31",
  tunnelTypes: ["vxlan"],
  l2Population: true,
  arpResponder: true,
  distributedRouting: false,
  firewallDriver: "iptables_hybrid",
  l3Mode: "legacy",
  dnsDomain: "openstacklocal",
  dhcpLeaseDuration: 86_400,
  extensions: ["qos"],
};

export function networkView(id: string, changes: Partial<NetworkView> = {}): NetworkView {
  return {
    id: uuid(id),
    projectId: uuid("e"),
    type: "vxlan",
    physicalNetwork: null,
    segmentationId: 10,
    mtu: 1450,
    external: false,
    adminUp: true,
    dnsDomain: "",
    subnets: [],
    ...changes,
  };
}

/** A guest's port, bound to compute1 with the hybrid plug. @param id two hexadecimal digits, also its MAC's and address's last */
export function portView(id: string, network: NetworkView, changes: Partial<PortView> = {}): PortView {
  return {
    id: uuid(id),
    name: "",
    projectId: uuid("e"),
    networkId: network.id,
    mac: `fa:16:3e:00:00:${id}`,
    adminUp: true,
    active: true,
    fixedIps: [{ subnetId: uuid("5"), address: `172.16.10.${Number.parseInt(id, 16)}` }],
    deviceId: uuid(`a${id}`),
    deviceOwner: "compute:nova",
    host: "compute1",
    vifType: "ovs",
    hybridPlug: true,
    securityGroups: [],
    portSecurity: true,
    allowedAddressPairs: [],
    extraDhcpOptions: [],
    dnsName: "",
    ...changes,
  };
}

export function remoteView(id: string, network: NetworkView, tunnelIp = "10.0.44.32"): RemotePortView {
  return {
    networkId: network.id,
    host: "compute2",
    tunnelIp,
    mac: `fa:16:3e:00:01:${id}`,
    addresses: [`172.16.10.${Number.parseInt(id, 16)}`],
    deviceOwner: "compute:nova",
  };
}

export interface Cloud {
  readonly settings?: Partial<HostSettings>;
  readonly networks?: readonly NetworkView[];
  readonly ports?: readonly PortView[];
  readonly remotePorts?: readonly RemotePortView[];
  readonly tunnelPeers?: HostView["tunnelPeers"];
  readonly dvrMacs?: HostView["dvrMacs"];
}

/** Guests' ports each have a server of their own. */
export function hostView(cloud: Cloud): HostView {
  const settings = { ...SETTINGS, ...cloud.settings };
  const ports = cloud.ports ?? [];
  const guests = ports.filter((port) => port.deviceOwner.startsWith("compute:"));
  return {
    settings,
    ports,
    servers: guests.map((port) => ({ id: port.deviceId, name: "vm", projectId: port.projectId, portIds: [port.id] })),
    networks: new Map((cloud.networks ?? []).map((one) => [one.id, one])),
    securityGroups: new Map(),
    remotePorts: cloud.remotePorts ?? [],
    routers: [],
    dhcpNetworks: [],
    tunnelPeers: cloud.tunnelPeers ?? [],
    dvrMacs: cloud.dvrMacs ?? [],
  };
}
