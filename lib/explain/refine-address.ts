/** Codes that Neutron's intent tells: who should have had the address that nobody answered for. */
import type { NeutronFloatingIp, NeutronPort, NeutronSubnet } from "../api/neutron.ts";
import type { VerdictEvent } from "../datapath/event.ts";
import { cidrContains } from "../net/address.ts";
import { named, portOfDevice } from "./catalog.ts";
import type { Case, Refined } from "./intent.ts";
import { loosePortOf, missingPort } from "./missing-port.ts";
import { floatingNamespace, translation } from "./refine-nat.ts";
import { leftOutside, noRoute, wrongGateway } from "./refine-route.ts";
import { bareBridge, deadPort, dhcpPort, mapping, unjoined } from "./refine-wiring.ts";
import { bridgeRole } from "./tables.ts";
import { UNANSWERED } from "./unanswered.ts";

const METADATA = "169.254.169.254";

export function refineAddress(c: Case, v: VerdictEvent): Refined | undefined {
  const to = c.probe.to;
  if (
    to === METADATA &&
    ["GUEST_REFUSED", "ARP_UNANSWERED", "NO_ROUTE", "FIREWALL_DENIED", "NAMESPACE_MISSING"].includes(v.code)
  )
    return { code: "METADATA_UNREACHABLE" };
  return (
    deadPort(c, v) ??
    loosePortOf(c, v) ??
    (UNANSWERED.has(v.code) || v.code === "VLAN_MISMATCH" ? bareBridge(c, v) : undefined) ??
    mapping(c, v) ??
    leftOutside(c, v) ??
    translation(c, v) ??
    (UNANSWERED.has(v.code) ? unanswered(c, v) : undefined) ??
    (v.code === "DHCP_UNREACHABLE" || isBridge(c, v) ? unjoined(c) : undefined) ??
    (v.code === "DHCP_NO_SERVER" || v.code === "DHCP_UNREACHABLE" ? dhcpPort(c, v) : undefined) ??
    (v.code === "NO_ROUTE" ? noRoute(c, v) : undefined)
  );
}

/** A flow of an agent's bridge sends to a port that the bridge does not have. */
function isBridge(c: Case, v: VerdictEvent): boolean {
  const host = c.hosts.get(v.host);
  return v.code === "PORT_NOT_PLUGGED" && host !== undefined && bridgeRole(host, v.device) !== undefined;
}

/** The address that the last question was about, or that the last frame was for. */
function wantedAddress(c: Case, v: VerdictEvent): string | undefined {
  if (v.code === "ARP_UNANSWERED" && v.element?.type === "neighbour") return v.element.text.split(" ")[0];
  return c.last?.packet.arp_tpa ?? undefined;
}

function unanswered(c: Case, v: VerdictEvent): Refined | undefined {
  const own = c.from.port && !v.leg.endsWith("reply") ? missingPort(c, v, c.from.port) : undefined;
  if (own) return own;
  const joints = unjoined(c);
  if (joints) return joints;
  const address = wantedAddress(c, v);
  if (address !== undefined) {
    const floating = c.catalog.floatingByAddress.get(address);
    const homeless = floating && floatingNamespace(c, floating);
    if (homeless) return homeless;
    const dark = floating && downAtOuterPort(c, floating);
    if (dark) return dark;
    if (floating)
      return {
        code: "FLOATING_IP_NOT_CONFIGURED",
        element: {
          type: "config",
          text: floating.port_id ? `${address} is on no router` : `${address} is associated with no port`,
        },
        resource: { type: "floatingip", id: floating.id, name: floating.floating_ip_address },
      };
    const wrong = wrongGateway(c, v, address);
    if (wrong) return wrong;
  }
  const ports =
    address === undefined
      ? [c.last ? c.catalog.portByMac.get(c.last.packet.eth_dst) : undefined].filter((p) => p !== undefined)
      : portsFor(c, v, address);
  for (const port of ports) {
    const found = missingPort(c, v, port);
    if (found) return found;
  }
  if (address === undefined || ports.length > 0) return undefined;
  const subnet = askedSubnet(c, v, address);
  if (subnet?.gateway_ip === address)
    return {
      code: "ROUTER_INTERFACE_MISSING",
      element: {
        type: "config",
        text: `no router has an interface on ${subnet.cidr}: nobody has its gateway ${address}`,
      },
      resource: named("subnet", subnet),
    };
  const network = subnet && c.catalog.networks.get(subnet.network_id);
  if (network?.["router:external"] && v.leg.startsWith("resolve"))
    return { code: "EXITED_PHYSICAL_NETWORK", outcome: "exited" };
  return undefined;
}

/** The fip namespace's own port on the external network is down (distributed routers). */
function downAtOuterPort(c: Case, floating: NeutronFloatingIp): Refined | undefined {
  const home = c.catalog.ports.get(floating.port_id ?? "")?.["binding:host_id"];
  const ns = c.hosts.get(home ?? "")?.namespaces.find((n) => n.name === `fip-${floating.floating_network_id}`);
  const link = ns?.links.find((l) => l.name.startsWith("fg-") && !l.up);
  if (!home || !ns || !link) return undefined;
  return {
    code: "LINK_DOWN",
    element: { type: "link", text: `${link.ifindex}: ${link.name}: mtu ${link.mtu} state DOWN` },
    place: { host: home, netns: ns.name, device: link.name },
  };
}

/** Ports with that address on the network where it was asked for. */
function portsFor(c: Case, v: VerdictEvent, address: string): NeutronPort[] {
  const network = askedNetwork(c, v);
  return (c.catalog.portsByAddress.get(address) ?? []).filter((p) => network === undefined || p.network_id === network);
}

function askedNetwork(c: Case, v: VerdictEvent): string | undefined {
  const port = portOfDevice(c.catalog, v.device);
  if (port) return port.network_id;
  return v.leg.startsWith("arp") ? c.from.port?.network_id : undefined;
}

function askedSubnet(c: Case, v: VerdictEvent, address: string): NeutronSubnet | undefined {
  const network = askedNetwork(c, v);
  return c.catalog.api.subnets.find(
    (s) => (network === undefined || s.network_id === network) && cidrContains(s.cidr, address),
  );
}
