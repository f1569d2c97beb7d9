/** Guests, from their Neutron ports, and the device that each is plugged into. */
import type { DeviceNode } from "../api/http.ts";
import type { Guest } from "../host/world.ts";
import type { HostContext } from "./context.ts";
import { PORT_ID_LENGTH, portPrefix } from "./names.ts";

export interface GuestNodes {
  nodes: DeviceNode[];
  /** Guest node id → id of its tap (or vhost-user port). */
  plugs: Map<string, string>;
}

/** A guest's device is `guest:<name>/eth0`, its further ports eth1, eth2 …; a tap that is not there is a node of its own. */
export function guestNodes(context: HostContext, drawn: DeviceNode[]): GuestNodes {
  const nodes: DeviceNode[] = [];
  const plugs = new Map<string, string>();
  const taps = tapsByPort(drawn);
  const count = new Map<string, number>();
  for (const guest of context.cloud.world.guests) {
    if (guest.host !== context.host.name) continue;
    const index = count.get(guest.name) ?? 0;
    count.set(guest.name, index + 1);
    const node = guestNode(context, guest, index);
    nodes.push(node);
    const tap = taps.get(guest.portId.slice(0, PORT_ID_LENGTH)) ?? drawn.find((n) => n.id === `root/${guest.tap}`)?.id;
    if (tap) plugs.set(node.id, tap);
    else if (isExpected(context, guest)) {
      const ghost = missingTap(node, guest);
      const qbr = `root/qbr${guest.portId.slice(0, PORT_ID_LENGTH)}`;
      if (drawn.some((one) => one.id === qbr)) ghost.bridge = qbr;
      nodes.push(ghost);
      plugs.set(node.id, ghost.id);
    }
  }
  return { nodes, plugs };
}

function tapsByPort(drawn: DeviceNode[]): Map<string, string> {
  const taps = new Map<string, string>();
  for (const node of drawn) {
    const prefix = node.kind === "tap" && node.netns === "root" ? portPrefix(node.name) : undefined;
    if (prefix) taps.set(prefix, node.id);
  }
  return taps;
}

function guestNode(context: HostContext, guest: Guest, index: number): DeviceNode {
  const netns = `guest:${guest.name}`;
  const name = `eth${index}`;
  const network = context.names.networks.get(guest.networkId);
  const node: DeviceNode = {
    id: `${netns}/${name}`,
    netns,
    name,
    kind: "guest",
    networkId: guest.networkId,
    portId: guest.portId,
    label: guest.name,
    detail: guest.fixedIps.map((ip) => ip.address).join(", ") || guest.mac,
    up: guest.adminUp,
    marks: guest.adminUp ? [] : ["down"],
  };
  if (network) node.networkName = network.name || network.id.slice(0, 8);
  return node;
}

/** Ports of virtio guests have a device on the host; SR-IOV and unbound ones do not. */
function isExpected(context: HostContext, guest: Guest): boolean {
  const root = context.host.namespaces.find((ns) => ns.name === "root");
  if (!root || root.links.length === 0) return false;
  const port = context.names.ports.get(guest.portId);
  const vnic = port?.["binding:vnic_type"] ?? "normal";
  const vif = port?.["binding:vif_type"] ?? "ovs";
  return vnic === "normal" && vif !== "unbound" && vif !== "binding_failed";
}

function missingTap(node: DeviceNode, guest: Guest): DeviceNode {
  const { networkId, networkName, portId, label } = node;
  return {
    id: `root/${guest.tap}`,
    netns: "root",
    name: guest.tap,
    kind: "tap",
    ...(networkId ? { networkId } : {}),
    ...(networkName ? { networkName } : {}),
    ...(portId ? { portId } : {}),
    ...(label ? { label } : {}),
    detail: "not on this host",
    up: false,
    marks: ["expected-missing"],
  };
}
