/** What a device is in the picture, from its name, its link and where it is plugged. */
import type { DeviceNode } from "../api/http.ts";
import type { Link, OvsInterface } from "../host/state.ts";

export type DeviceKind = DeviceNode["kind"];

/** Names that the agents and os-vif give, and nothing else uses. */
const BY_NAME: readonly (readonly [RegExp, DeviceKind])[] = [
  [/^qvo/, "qvo"],
  [/^qvb/, "qvb"],
  [/^qbr/, "qbr"],
  [/^(qr-|qg-|sg-|fg-|ha-|rfp-|fpr-)/, "router-port"],
];
/** What Open vSwitch's datapaths leave in the host: the kernel's and the userspace one's own device. */
const DATAPATH_DEVICE = /^(ovs-system|ovs-netdev)$/;

export function isDatapathDevice(name: string): boolean {
  return DATAPATH_DEVICE.test(name);
}

/** Kind of a link. `inOvs` is its OVS interface, where it is a port of a bridge. Undefined: not drawn (loopback). */
export function linkKind(link: Link, netns: string, inOvs: OvsInterface | undefined): DeviceKind | undefined {
  if (isDatapathDevice(link.name)) return "other";
  if (netns.startsWith("qdhcp-") && link.kind !== "loopback") return "dhcp-port";
  for (const [pattern, kind] of BY_NAME) if (pattern.test(link.name)) return kind;
  if (/^tap/.test(link.name)) return "tap";
  switch (link.kind) {
    case "loopback":
      return undefined;
    case "bridge":
      return "linuxbridge";
    case "physical":
    case "bond":
      return "nic";
    case "vlan":
      return "vlan";
    case "vxlan":
    case "gre":
    case "gretap":
    case "geneve":
      return "vxlan";
    case "tap":
    case "tun":
      return inOvs?.type === "internal" ? "internal" : "tap";
    case "openvswitch":
      return "internal";
    case "veth":
      // The far end is on another machine (a lab's cable) or in a container that was not recorded: to this host it is a NIC.
      return link.linkName === undefined && netns === "root" ? "nic" : "veth";
    case "macvlan":
    case "macvtap":
    case "ipvlan":
    case "dummy":
    case "ifb":
    case "vrf":
    case "other":
      return "other";
  }
}

/** Kind of an OVS port that has no link of its own. */
export function ovsOnlyKind(type: string, name: string): DeviceKind {
  switch (type) {
    case "patch":
      return "patch";
    case "vxlan":
    case "gre":
    case "geneve":
    case "stt":
    case "lisp":
    case "erspan":
    case "gtpu":
      return "tunnel";
    case "internal":
      return "internal";
    default:
      if (name.startsWith("vhu")) return "tap";
      return type === "dpdk" ? "nic" : "other";
  }
}
