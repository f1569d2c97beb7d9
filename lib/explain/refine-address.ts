/** Codes that Neutron's intent tells: who should have had the address that nobody answered for. */
import type { NeutronPort, NeutronSubnet } from "../api/neutron.ts";
import type { VerdictEvent } from "../datapath/event.ts";
import { cidrContains } from "../net/address.ts";
import { named, portOfDevice } from "./catalog.ts";
import type { Case, Refined } from "./intent.ts";
import { missingPort } from "./missing-port.ts";
import { floatingNamespace, translation } from "./refine-nat.ts";
import { leftOutside, noRoute, wrongGateway } from "./refine-route.ts";
import { deadPort, dhcpPort, mapping, unjoined } from "./refine-wiring.ts";
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
    mapping(c, v) ??
    leftOutside(c, v) ??
    translation(c, v) ??
    (UNANSWERED.has(v.code) ? unanswered(c, v) : undefined) ??
    (v.code === "DHCP_UNREACHABLE" ? unjoined(c) : undefined) ??
    (v.code === "DHCP_NO_SERVER" ? dhcpPort(c, v) : undefined) ??
    (v.code === "NO_ROUTE" ? noRoute(c, v) : undefined)
  );
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
