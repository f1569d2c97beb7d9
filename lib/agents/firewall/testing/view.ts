/** What agents are told in authored cases: a host, a network, and ports as each case wants them. */
import type { HostSettings, HostView, NetworkView, PortView, SecurityGroupView, SecurityRuleView } from "../../view.ts";

export const SETTINGS: HostSettings = {
  name: "compute1",
  agents: ["compute", "openvswitch"],
  bridgeMappings: {},
  interfaceMappings: {},
  localIp: "10.0.44.31",
  tunnelTypes: ["vxlan"],
  l2Population: true,
  arpResponder: false,
  distributedRouting: false,
  firewallDriver: "iptables_hybrid",
  l3Mode: "legacy",
  dnsDomain: "openstacklocal",
  dhcpLeaseDuration: 86_400,
  extensions: [],
};

export const NETWORK: NetworkView = {
  id: "aaaaaaaa-0000-4000-8000-000000000000",
  projectId: "p",
  type: "vxlan",
  physicalNetwork: null,
  segmentationId: 10,
  mtu: 1450,
  external: false,
  adminUp: true,
  dnsDomain: "",
  subnets: [],
};

export const PORT: PortView = {
  id: "11111111-2222-4333-8444-555555555555",
  name: "",
  projectId: "p",
  networkId: NETWORK.id,
  mac: "fa:16:3e:00:00:01",
  adminUp: true,
  active: true,
  fixedIps: [{ subnetId: "s", address: "10.0.0.11" }],
  deviceId: "dddddddd-0000-4000-8000-000000000000",
  deviceOwner: "compute:nova",
  host: SETTINGS.name,
  vifType: "ovs",
  hybridPlug: true,
  securityGroups: ["99999999-0000-4000-8000-000000000000"],
  portSecurity: true,
  allowedAddressPairs: [],
  extraDhcpOptions: [],
  dnsName: "",
};

export const GROUP: SecurityGroupView = {
  id: "99999999-0000-4000-8000-000000000000",
  stateful: true,
  rules: [],
  members: [],
};

let count = 0;

/** A rule that lets all in, unless something is said of it. */
export function securityRule(changes: Partial<SecurityRuleView> = {}): SecurityRuleView {
  return {
    id: String(++count).padStart(8, "0"),
    direction: "ingress",
    ethertype: "IPv4",
    protocol: null,
    portMin: null,
    portMax: null,
    remotePrefix: null,
    remoteGroupId: null,
    ...changes,
  };
}

interface Parts {
  readonly settings?: Partial<HostSettings>;
  readonly networks?: readonly NetworkView[];
  readonly groups?: readonly SecurityGroupView[];
  readonly remotePorts?: HostView["remotePorts"];
}

export function viewOf(ports: readonly PortView[], parts: Parts = {}): HostView {
  return {
    settings: { ...SETTINGS, ...parts.settings },
    ports,
    servers: ports.map((port) => ({ id: port.deviceId, name: port.deviceId, projectId: "p", portIds: [port.id] })),
    networks: new Map((parts.networks ?? [NETWORK]).map((one) => [one.id, one])),
    securityGroups: new Map((parts.groups ?? [GROUP]).map((one) => [one.id, one])),
    remotePorts: parts.remotePorts ?? [],
    routers: [],
    dhcpNetworks: [],
    tunnelPeers: [],
    dvrMacs: [],
  };
}
