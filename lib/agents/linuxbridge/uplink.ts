/**
 * What carries a network to other hosts: the interface itself, a VLAN device on it, or a VXLAN device.
 * Source: linuxbridge_neutron_agent.py ensure_vlan, ensure_vxlan, ensure_physical_in_bridge.
 */
import { findNamespace, ROOT } from "../../host/edit.ts";
import type { HostState } from "../../host/state.ts";
import type { Hand } from "../interface-driver/hand.ts";
import { type Segment, segmentOf } from "../openvswitch/segment.ts";
import type { HostSettings, NetworkView } from "../view.ts";
import { vlanName, vxlanName } from "./names.ts";

/** `device` stands in the bridge; `moves`: it had addresses of the host's own, which the bridge takes over. */
export type Uplink =
  | { readonly kind: "device"; readonly device: string; readonly moves: boolean }
  | { readonly kind: "local" };

/** Makes the device where it is missing. Undefined: the agent cannot carry the network, and leaves its ports alone. */
export function ensureUplink(hand: Hand, settings: HostSettings, network: NetworkView): Uplink | undefined {
  if (network.type === "local") return { kind: "local" };
  const segment = segmentOf(network);
  switch (segment.kind) {
    case "physical":
      return physicalUplink(hand, settings, segment);
    case "tunnel":
      return segment.type === "vxlan" ? vxlanUplink(hand, settings, segment.key, network.mtu) : undefined;
    case "local":
      return undefined;
  }
}

function physicalUplink(
  hand: Hand,
  settings: HostSettings,
  { physicalNetwork, vlan }: Extract<Segment, { kind: "physical" }>,
): Uplink | undefined {
  const physical = settings.interfaceMappings[physicalNetwork];
  if (physical === undefined || !hand.link(ROOT, physical)) return undefined;
  if (vlan === null) return { kind: "device", device: physical, moves: true };
  const device = vlanName(physical, vlan);
  if (!hand.link(ROOT, device)) {
    // Refused where another device has the VLAN.
    const spec = { kind: "vlan", id: vlan } as const;
    hand.attempt(ROOT, { tool: "ip", action: "link-add", name: device, link: physical, device: spec });
    if (!hand.link(ROOT, device)) return undefined;
    withoutIpv6(hand, device);
    hand.ip(ROOT, { tool: "ip", action: "link-set", name: device, up: true });
  }
  return { kind: "device", device, moves: true };
}

/** Bytes of the outer headers: a device with less room is refused. drivers/net/vxlan */
const OVERHEAD = 50;

function vxlanUplink(hand: Hand, settings: HostSettings, key: number, mtu: number): Uplink | undefined {
  const device = vxlanName(key);
  const under = tunnelDevice(hand.host, settings);
  if (under === undefined || !settings.tunnelTypes.includes("vxlan")) return undefined;
  if (!hand.link(ROOT, device)) {
    if (mtu > (hand.link(ROOT, under)?.mtu ?? 0) - OVERHEAD) return undefined;
    // Refused where another device has the key.
    const spec = vxlanSpec(hand.host, settings, key, under);
    hand.attempt(ROOT, { tool: "ip", action: "link-add", name: device, device: spec });
    if (!hand.link(ROOT, device)) return undefined;
    if (hand.link(ROOT, device)?.mtu !== mtu) hand.ip(ROOT, { tool: "ip", action: "link-set", name: device, mtu });
    withoutIpv6(hand, device);
    hand.ip(ROOT, { tool: "ip", action: "link-set", name: device, up: true });
  } else if (hand.link(ROOT, device)?.mtu !== mtu)
    // The real agent leaves it as it was made until it starts anew.
    hand.attempt(ROOT, { tool: "ip", action: "link-set", name: device, mtu });
  return { kind: "device", device, moves: false };
}

/** DEFAULT_VXLAN_GROUP: without l2population everybody hears every flood. */
const MULTICAST_GROUP = "224.0.0.1";

function vxlanSpec(host: HostState, settings: HostSettings, key: number, dev: string) {
  const { localIp, l2Population, arpResponder } = settings;
  const options = host.config["linuxbridge_agent.ini"]?.vxlan;
  return {
    kind: "vxlan",
    key,
    dev,
    // The kernel's own default is an older one than IANA's.
    dstport: Number(options?.udp_dstport ?? KERNEL_PORT),
    ...(l2Population && localIp !== undefined
      ? { local: localIp }
      : { group: options?.vxlan_group ?? MULTICAST_GROUP }),
    ...(l2Population && arpResponder ? { proxy: true } : {}),
  } as const;
}

const KERNEL_PORT = 8472;

/** The device that has the tunnel's address: get_local_ip_device. */
function tunnelDevice(host: HostState, { localIp }: HostSettings): string | undefined {
  return findNamespace(host, ROOT)?.addresses.find((one) => one.address === localIp)?.dev;
}

/** ip_lib.py disable_ipv6; a dot in a name is a slash in a setting's. */
function withoutIpv6(hand: Hand, device: string): void {
  hand.sysctl(ROOT, { [`net.ipv6.conf.${device.replaceAll(".", "/")}.disable_ipv6`]: "1" });
}
