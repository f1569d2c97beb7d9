/** What an L3 agent is told of one of the rule cases' routers, on the host `here`. */
import { familyOf } from "../../../net/address.ts";
import { ipText, networkRange } from "../../../net/range.ts";
import type { HostView, NetworkView, PortRange, PortView, RouterView } from "../../view.ts";
import type { RuleCase } from "./rule-cases.ts";

export const ROUTER_ID = "77777777-7777-7777-7777-777777777777";
const HERE = "here";

export interface CaseView {
  readonly view: HostView;
  readonly router: RouterView;
}

export function caseView(one: RuleCase, l3Mode: HostView["settings"]["l3Mode"]): CaseView {
  const networks = new Map<string, NetworkView>();
  const distributed = l3Mode !== "legacy";
  const gateway = one.gateway && port(networks, "99999999-9999", "ext", ...one.gateway);
  const interfaces = one.interfaces.map(([cidr, scope4, scope6], i) =>
    port(networks, `0000000${i + 1}-0000`, `net${i + 1}`, [cidr], scope4, scope6),
  );
  const snat = interfaces.map((own, i) => ({
    ...own,
    id: `0000000${i + 1}-5555`,
    fixedIps: own.fixedIps.map(({ subnetId }) => ({ subnetId, address: hostOf(subnetId, 250n) })),
  }));
  const agentGateway = gateway && distributed ? { ...gateway, id: "88888888-8888" } : null;
  const router: RouterView = {
    id: ROUTER_ID,
    name: "r",
    projectId: "p",
    adminUp: true,
    distributed,
    ha: false,
    enableSnat: one.snat,
    routes: [],
    gatewayHost: gateway ? HERE : null,
    gateway,
    interfaces,
    snatInterfaces: gateway && distributed ? snat : [],
    agentGateway,
    floatingIps: one.floating.map(([address, fixedAddress], i) => ({
      id: `${i}`,
      address,
      fixedAddress,
      portId: `guest${i}`,
      host: HERE,
    })),
    portForwardings: one.forwardings.map(([id, floatingAddress, protocol, external, internalAddress, internal]) => {
      return {
        id,
        floatingAddress,
        protocol,
        externalPort: range(external),
        internalAddress,
        internalPort: range(internal),
      };
    }),
    ...(distributed ? { subnetPorts: [] } : {}),
  };
  return { view: viewOf(networks, router, l3Mode), router };
}

function viewOf(
  networks: ReadonlyMap<string, NetworkView>,
  router: RouterView,
  l3Mode: HostView["settings"]["l3Mode"],
): HostView {
  return {
    settings: {
      name: HERE,
      agents: ["l3"],
      bridgeMappings: {},
      interfaceMappings: {},
      tunnelTypes: [],
      l2Population: false,
      arpResponder: false,
      distributedRouting: l3Mode !== "legacy",
      firewallDriver: "noop",
      l3Mode,
      dnsDomain: "",
      dhcpLeaseDuration: 86_400,
      extensions: [],
    },
    ports: [],
    servers: [],
    networks,
    securityGroups: new Map(),
    remotePorts: [],
    routers: [router],
    dhcpNetworks: [],
    tunnelPeers: [],
    dvrMacs: [],
  };
}

function port(
  networks: Map<string, NetworkView>,
  id: string,
  networkId: string,
  cidrs: readonly string[],
  scope4: string | null,
  scope6: string | null,
): PortView {
  networks.set(networkId, network(networkId, cidrs, scope4, scope6));
  return {
    id,
    name: "",
    projectId: "p",
    networkId,
    mac: `fa:16:3e:00:00:${id.slice(6, 8)}`,
    adminUp: true,
    active: true,
    fixedIps: cidrs.map((cidr) => ({ subnetId: cidr, address: cidr.split("/")[0] ?? "" })),
    deviceId: ROUTER_ID,
    deviceOwner: "network:router_interface",
    host: HERE,
    vifType: "ovs",
    hybridPlug: false,
    securityGroups: [],
    portSecurity: false,
    allowedAddressPairs: [],
    extraDhcpOptions: [],
    dnsName: "",
  };
}

/** Each network's router-to-be is the first address of its subnet. */
function network(id: string, cidrs: readonly string[], scope4: string | null, scope6: string | null): NetworkView {
  return {
    id,
    projectId: "p",
    type: "vxlan",
    physicalNetwork: null,
    segmentationId: 1,
    mtu: 1450,
    external: id === "ext",
    adminUp: true,
    dnsDomain: "",
    addressScopes: { 4: scope4, 6: scope6 },
    subnets: cidrs.map((cidr) => {
      const ipVersion = familyOf(cidr.split("/")[0] ?? "");
      const { first } = networkRange(cidr);
      return {
        id: cidr,
        networkId: id,
        ipVersion,
        cidr: `${ipText(ipVersion, first)}/${cidr.split("/")[1]}`,
        gateway: ipText(ipVersion, first + 1n),
        enableDhcp: true,
        dnsNameservers: [],
        hostRoutes: [],
        ipv6AddressMode: null,
        ipv6RaMode: null,
      };
    }),
  };
}

/** An address of a subnet, by its number there. */
function hostOf(cidr: string, host: bigint): string {
  return ipText(familyOf(cidr.split("/")[0] ?? ""), networkRange(cidr).first + host);
}

function range(text: string): PortRange {
  const [from = 0, to = 0] = text.split(":").map(Number);
  return { from, to };
}
