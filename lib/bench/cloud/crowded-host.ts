/** What the agents of one hypervisor are told that has many ports; all else in its cloud is small. */
import { memo } from "../../agents/memo.ts";
import type {
  HostSettings,
  HostView,
  NetworkView,
  PortView,
  RemotePortView,
  SecurityGroupView,
} from "../../agents/view.ts";

const NETWORKS = 10;
/** Ports of the same networks on another host, as l2population tells them. */
const REMOTE = 100;

export type Firewall = "iptables_hybrid" | "openvswitch";

function uuid(kind: number, n: number): string {
  return `${(kind * 0x100_0000 + n).toString(16).padStart(8, "0")}-00${kind.toString(16).padStart(2, "0")}-4000-8000-000000000000`;
}

function macOf(kind: number, n: number): string {
  const digits = (kind * 0x1_0000 + n).toString(16).padStart(6, "0");
  return `fa:16:3e:${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4)}`;
}

function settingsOf(firewallDriver: Firewall): HostSettings {
  return {
    name: "compute1",
    agents: ["compute", "openvswitch"],
    bridgeMappings: { physnet1: "br-vlan" },
    interfaceMappings: {},
    localIp: "10.0.44.31",
    tunnelTypes: ["vxlan"],
    l2Population: true,
    arpResponder: true,
    distributedRouting: false,
    firewallDriver,
    l3Mode: "legacy",
    dnsDomain: "openstacklocal",
    dhcpLeaseDuration: 86_400,
    extensions: ["qos"],
  };
}

function networkOf(n: number): NetworkView {
  const id = uuid(1, n);
  return {
    id,
    projectId: uuid(2, 0),
    type: "vxlan",
    physicalNetwork: null,
    segmentationId: 100 + n,
    mtu: 1450,
    external: false,
    adminUp: true,
    dnsDomain: "",
    subnets: [
      {
        id: uuid(3, n),
        networkId: id,
        ipVersion: 4,
        cidr: `10.${n}.0.0/16`,
        gateway: `10.${n}.0.1`,
        enableDhcp: true,
        dnsNameservers: [],
        hostRoutes: [],
        ipv6AddressMode: null,
        ipv6RaMode: null,
      },
    ],
  };
}

const GROUP = uuid(4, 0);

function portOf(n: number, firewall: Firewall): PortView {
  const network = n % NETWORKS;
  return {
    id: uuid(5, n),
    name: "",
    projectId: uuid(2, 0),
    networkId: uuid(1, network),
    mac: macOf(1, n),
    adminUp: true,
    active: true,
    fixedIps: [{ subnetId: uuid(3, network), address: `10.${network}.${1 + (n >> 8)}.${n & 255}` }],
    deviceId: uuid(6, n),
    deviceOwner: "compute:nova",
    host: "compute1",
    vifType: "ovs",
    hybridPlug: firewall === "iptables_hybrid",
    securityGroups: [GROUP],
    portSecurity: true,
    allowedAddressPairs: [],
    extraDhcpOptions: [],
    dnsName: "",
  };
}

function remoteOf(n: number): RemotePortView {
  const network = n % NETWORKS;
  return {
    networkId: uuid(1, network),
    host: "compute2",
    tunnelIp: "10.0.44.32",
    mac: macOf(2, n),
    addresses: [`10.${network}.200.${n & 255}`],
    deviceOwner: "compute:nova",
  };
}

type SecurityRule = SecurityGroupView["rules"][number];

const ANY: Omit<SecurityRule, "id" | "direction"> = {
  ethertype: "IPv4",
  protocol: null,
  portMin: null,
  portMax: null,
  remotePrefix: null,
  remoteGroupId: null,
};

/** Those of a new project's default group, and ping and SSH from anywhere. */
const RULES: readonly SecurityRule[] = [
  { ...ANY, id: uuid(7, 0), direction: "egress" },
  { ...ANY, id: uuid(7, 1), direction: "egress", ethertype: "IPv6" },
  { ...ANY, id: uuid(7, 2), direction: "ingress", remoteGroupId: GROUP },
  { ...ANY, id: uuid(7, 3), direction: "ingress", protocol: "icmp" },
  { ...ANY, id: uuid(7, 4), direction: "ingress", protocol: "tcp", portMin: 22, portMax: 22 },
];

/**
 * Views of a host with so many ports: at first all, then in turn one port more, and the oldest of them gone. What did not
 * change is the same object.
 */
export function* crowdedViews(firewall: Firewall, count: number): Generator<HostView, never> {
  const settings = settingsOf(firewall);
  const networks = new Map(Array.from({ length: NETWORKS }, (_, n) => [uuid(1, n), networkOf(n)]));
  const remotePorts = Array.from({ length: REMOTE }, (_, n) => remoteOf(n));
  const empty: readonly [] = [];
  const peers = [{ host: "compute2", type: "vxlan", ip: "10.0.44.32" }] as const;
  const others = { routers: empty, dhcpNetworks: empty, tunnelPeers: peers, dvrMacs: empty };
  const membersOf = memo<PortView, SecurityGroupView["members"]>();
  let ports = Array.from({ length: count }, (_, n) => portOf(n, firewall));
  let servers = ports.map(serverOf);
  for (let next = count; ; ) {
    const members = ports.flatMap((one) =>
      membersOf(one, "", () => one.fixedIps.map(({ address }) => ({ address, mac: one.mac }))),
    );
    const securityGroups = new Map([[GROUP, { id: GROUP, stateful: true, rules: RULES, members }]]);
    yield { settings, ports, servers, networks, securityGroups, remotePorts, ...others };
    if (ports.length > count) [ports, servers] = [ports.slice(1), servers.slice(1)];
    else {
      const one = portOf(next++, firewall);
      [ports, servers] = [
        [...ports, one],
        [...servers, serverOf(one)],
      ];
    }
  }
}

function serverOf({ deviceId: id, projectId, id: portId }: PortView): HostView["servers"][number] {
  return { id, name: "vm", projectId, portIds: [portId] };
}
