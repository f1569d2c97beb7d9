/** A distributed router asks for no neighbours: it is told of them. Source: neutron/agent/l3/dvr_local_router.py _set_subnet_arp_info. */
import { familyOf, parseCidr } from "../../net/address.ts";
import type { Hand } from "../interface-driver/hand.ts";
import { removeNeighbour, setNeighbour } from "../interface-driver/routes.ts";
import type { PortView, RouterView } from "../view.ts";
import { deviceName } from "./names.ts";

/** Routers' own interfaces, and load balancers' virtual addresses, which others hold. */
const IGNORED: readonly string[] = [
  "network:router_interface",
  "network:ha_router_replicated_interface",
  "network:router_interface_distributed",
  "neutron:LOADBALANCER",
  "neutron:LOADBALANCERV2",
];

export function setNeighbours(hand: Hand, router: RouterView, netns: string): void {
  const ports = [
    ...(router.subnetPorts ?? []).filter((one) => !IGNORED.includes(one.deviceOwner)),
    ...router.snatInterfaces,
  ];
  for (const own of router.interfaces.filter((one) => one.adminUp)) {
    const dev = deviceName("qr-", own.id);
    const wanted = neighboursOf(own, ports);
    const known = new Map<string, string>();
    for (const one of hand.namespace(netns)?.neighbours ?? []) {
      if (one.dev !== dev || !one.state.includes("PERMANENT")) continue;
      if (wanted.has(one.address)) known.set(one.address, one.mac ?? "");
      else removeNeighbour(hand, netns, dev, one.address);
    }
    for (const [address, mac] of wanted) if (known.get(address) !== mac) setNeighbour(hand, netns, dev, address, mac);
  }
}

/** Address → MAC on the subnets of an interface. */
function neighboursOf(own: PortView, ports: readonly PortView[]): Map<string, string> {
  const subnets = new Set(own.fixedIps.map(({ subnetId }) => subnetId));
  const families = new Set(own.fixedIps.map(({ address }) => familyOf(address)));
  const found = new Map<string, string>();
  for (const port of ports) {
    const near = port.fixedIps.filter(({ subnetId }) => subnets.has(subnetId));
    if (near.length === 0) continue;
    for (const { address } of near) found.set(address, port.mac);
    for (const pair of port.allowedAddressPairs) {
      const address = hostAddress(pair.address);
      if (address !== undefined && families.has(familyOf(address))) found.set(address, pair.mac);
    }
  }
  return found;
}

function hostAddress(cidr: string): string | undefined {
  const [address = "", prefix] = cidr.split("/");
  if (prefix === undefined) return address;
  return parseCidr(cidr) && Number(prefix) === (familyOf(address) === 4 ? 32 : 128) ? address : undefined;
}
