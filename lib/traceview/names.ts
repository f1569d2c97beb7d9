/** What the API knows about the devices of a path: whose port it is, which network and address it has. */
import type { Topology } from "../api/http.ts";
import type { PacketView } from "../net/packet.ts";
import { segmentMark } from "./diff.ts";
import type { Hop } from "./hops.ts";
import { tunnelOf } from "./layers.ts";

export interface PortName {
  id: string;
  networkId: string;
  address?: string;
  /** Server, router or owner. */
  owner: string;
  localVlan?: number;
  host?: string;
}

export interface Names {
  /** By the first 11 characters of the port's id, which end a device's name. */
  ports: Map<string, PortName>;
  byMac: Map<string, PortName>;
  /** Network by how it is marked between hosts: `VNI 10`, `VLAN 1000`. */
  segments: Map<string, string>;
  networks: Map<string, string>;
}

/** Length of the part of a port's id that Neutron puts in device names (neutron_lib.constants.DEVICE_NAME_MAX_LEN less the prefix). */
const ID_PART = 11;

export function namesOf(topology: Topology | undefined): Names {
  const names: Names = { ports: new Map(), byMac: new Map(), segments: new Map(), networks: new Map() };
  for (const network of topology?.networks ?? []) {
    names.networks.set(network.id, network.name);
    const mark =
      network.segmentationId === undefined
        ? undefined
        : network.type === "vlan"
          ? `VLAN ${network.segmentationId}`
          : network.type === "gre"
            ? `GRE key ${network.segmentationId}`
            : `VNI ${network.segmentationId}`;
    if (mark) names.segments.set(mark, network.id);
  }
  const add = (port: PortName, mac: string) => {
    names.ports.set(port.id.slice(0, ID_PART), port);
    names.byMac.set(mac, port);
  };
  for (const instance of topology?.instances ?? []) {
    for (const port of instance.ports) {
      const [address] = port.addresses;
      add(
        {
          id: port.id,
          networkId: port.networkId,
          owner: instance.name,
          ...(address && { address }),
          ...(port.localVlan !== undefined && { localVlan: port.localVlan }),
          ...(instance.host && { host: instance.host }),
        },
        port.mac,
      );
    }
  }
  for (const port of topology?.otherPorts ?? []) {
    const [address] = port.addresses;
    add(
      { id: port.id, networkId: port.networkId, owner: port.name || port.owner, ...(address && { address }) },
      port.mac,
    );
  }
  return names;
}

/** The port behind a device's name: `tap`, `qvo`, `qr-`, … followed by the beginning of the port's id. */
export function portOf(device: string, names: Names): PortName | undefined {
  return names.ports.get(device.slice(3, 3 + ID_PART));
}

/** The guest's port, by the MAC that the frame shows at the guest. */
function guestPort(hop: Hop, names: Names): PortName | undefined {
  const packet = hop.after ?? hop.before;
  if (!packet) return undefined;
  const guest = hop.netns.slice("guest:".length);
  const [src, dst] = [names.byMac.get(packet.eth_src), names.byMac.get(packet.eth_dst)];
  return [src, dst].find((port) => port?.owner === guest);
}

/** Network of a hop, for its colour: by its port, else by how the frame is marked there. */
export function networkOf(hop: Hop, names: Names): string | undefined {
  const port = hop.netns.startsWith("guest:") ? guestPort(hop, names) : portOf(hop.device, names);
  if (port) return port.networkId;
  const packets = [hop.after, hop.before].filter((packet) => packet !== undefined);
  for (const packet of packets) {
    const mark = tunnelOf(packet) || isWire(hop) ? segmentMark(packet) : undefined;
    const network = mark === undefined ? undefined : names.segments.get(mark);
    if (network) return network;
  }
  return undefined;
}

/** Outside br-int a VLAN id is the provider's; inside it is local to the host. */
function isWire(hop: Hop): boolean {
  return hop.kind === "device" && hop.netns === "root";
}

/** Second line of a card. */
export function detailOf(hop: Hop, names: Names): string {
  if (hop.netns.startsWith("guest:")) return guestPort(hop, names)?.address ?? addressAt(hop) ?? hop.device;
  if (hop.kind === "switch") return switchDetail(hop);
  const port = portOf(hop.device, names);
  if (hop.netns !== "root") return port?.address ?? addressAt(hop) ?? "";
  if (port?.localVlan !== undefined && hop.device.startsWith("qvo")) return `tag ${port.localVlan}`;
  if (hop.events.some((event) => event.kind === "rule")) return "firewall";
  const packet = hop.after ?? hop.before;
  if (packet && isWire(hop) && (tunnelOf(packet) || packet.vlan !== undefined)) return segmentMark(packet) ?? "";
  return "";
}

function switchDetail(hop: Hop): string {
  const [before, after] = [hop.before && segmentMark(hop.before), hop.after && segmentMark(hop.after)];
  if (before !== after)
    return before === undefined ? `→ ${after}` : after === undefined ? `${before} →` : `${before} → ${after}`;
  if (after) return after;
  const tables = new Set(hop.events.flatMap((event) => (event.kind === "flow" ? [event.table] : []))).size;
  return tables > 0 ? `${tables} ${tables === 1 ? "table" : "tables"}` : "";
}

/** The address that a device shows as sender, or as receiver, of the frame. */
function addressAt(hop: Hop): string | undefined {
  const frame = hop.events.find((event) => event.kind === "frame");
  if (!frame) return undefined;
  const packet: PacketView = frame.packet;
  const address = frame.dir === "out" ? (packet.arp_spa ?? packet.ip_src) : (packet.arp_tpa ?? packet.ip_dst);
  return hop.netns.startsWith("guest:") && address !== "0.0.0.0" && address !== "255.255.255.255" ? address : undefined;
}

/** Tunnel address of a host, from the outer headers that its NIC sent or received. */
export function hostAddress(host: string, hops: readonly Hop[]): string {
  for (const hop of hops) {
    if (hop.host !== host) continue;
    for (const event of hop.events) {
      if (event.kind !== "frame") continue;
      const tunnel = tunnelOf(event.packet);
      if (tunnel) return event.dir === "out" ? tunnel.ends.src : tunnel.ends.dst;
    }
  }
  return "";
}
