/**
 * How a hypervisor plugs a guest's port: os-vif between the switch and the guest, the hypervisor the guest's device.
 * Source: os-vif vif_plug_ovs/ovs.py _plug_bridge, linux_net.py, ovsdb/ovsdb_lib.py create_ovs_vif_port;
 * nova/virt/libvirt/vif.py; libvirt src/util/virnetdevopenvswitch.c.
 */
import type { Command, ToolCommand } from "../../host/command/command.ts";
import type { LinkSet } from "../../host/command/ip/command.ts";
import type { VsctlStep } from "../../host/command/ovs/vsctl-command.ts";
import { ROOT } from "../../host/edit.ts";
import { INTEGRATION_BRIDGE } from "../openvswitch/names.ts";
import type { PortView } from "../view.ts";
import { shortId } from "./devices.ts";

export interface VifNames {
  readonly qbr: string;
  readonly qvb: string;
  readonly qvo: string;
  readonly tap: string;
}

export function vifNames(portId: string): VifNames {
  const id = shortId(portId);
  return { qbr: `qbr${id}`, qvb: `qvb${id}`, qvo: `qvo${id}`, tap: `tap${id}` };
}

/** The hypervisor's own MAC for a guest's device: the guest's, with a first octet that no guest has. */
export function tapMac(mac: string): string {
  return `fe${mac.slice(2)}`;
}

function here(run: ToolCommand): Command {
  return { netns: ROOT, run };
}

function set(name: string, changes: Partial<Omit<LinkSet, "tool" | "action" | "name">>): Command {
  return here({ tool: "ip", action: "link-set", name, ...changes });
}

/** Devices come with it. */
const ETHERNET_MTU = 1500;

function withMtu(device: string, mtu: number): Command[] {
  return mtu === ETHERNET_MTU ? [] : [set(device, { mtu })];
}

/** A Linux bridge stands between, where iptables can see what passes. */
export function plugBridge({ qbr, qvb, qvo }: VifNames, mtu: number): Command[] {
  const arp = `net.ipv4.conf.${qbr}`;
  const sysctls = [
    { name: `net.ipv6.conf.${qbr}.disable_ipv6`, value: "1" },
    { name: `${arp}.arp_ignore`, value: "1" },
    { name: `${arp}.arp_announce`, value: "2" },
  ];
  return [
    here({ tool: "brctl", action: "addbr", bridge: qbr }),
    here({ tool: "brctl", action: "setfd", bridge: qbr, time: 0 }),
    here({ tool: "brctl", action: "stp", bridge: qbr, on: false }),
    here({ tool: "brctl", action: "setageing", bridge: qbr, time: 0 }),
    here({ tool: "sysctl", settings: sysctls }),
    here({ tool: "ip", action: "link-add", name: qvb, device: { kind: "veth", peer: qvo } }),
    ...[qvb, qvo].flatMap((name) => [set(name, { up: true }), set(name, { promisc: true }), ...withMtu(name, mtu)]),
    set(qbr, { up: true }),
    here({ tool: "brctl", action: "addif", bridge: qbr, device: qvb }),
  ];
}

/** @param vm how the switch is told which guest: os-vif says vm-uuid, libvirt vm-id @param bridge a trunk has its own */
export function attach(
  device: string,
  port: PortView,
  vm: "vm-uuid" | "vm-id",
  bridge: string = INTEGRATION_BRIDGE,
): Command {
  const ids = {
    "iface-id": port.id,
    "iface-status": "active",
    "attached-mac": port.mac,
    [vm]: port.deviceId,
  };
  const settings = Object.entries(ids).map(([key, value]) => ({ column: "external-ids", key, value }));
  const steps: VsctlStep[] = [
    { kind: "add-port", mayExist: true, bridge, port: device, settings: [] },
    { kind: "set", ifExists: false, table: "Interface", record: device, settings },
  ];
  return here({ tool: "ovs-vsctl", options: [], steps });
}

/** What the hypervisor makes for the guest. @param master the bridge to put it in; absent: who plugs the port does */
export function guestDevice(tap: string, mac: string, mtu: number, master: string | undefined): Command[] {
  return [
    here({ tool: "ip", action: "tuntap-add", name: tap, mode: "tap" }),
    set(tap, { address: tapMac(mac) }),
    ...withMtu(tap, mtu),
    ...(master === undefined ? [] : [here({ tool: "brctl", action: "addif", bridge: master, device: tap })]),
    set(tap, { up: true }),
  ];
}

export function detach(device: string, bridge: string): Command {
  const step: VsctlStep = { kind: "del-port", ifExists: true, bridge, port: device };
  return here({ tool: "ovs-vsctl", options: [], steps: [step] });
}

/** A bridge goes when it is down only (br_if.c br_del_bridge). */
export function removeBridge(bridge: string): Command[] {
  return [set(bridge, { up: false }), here({ tool: "brctl", action: "delbr", bridge })];
}

export function remove(device: string): Command {
  return here({ tool: "ip", action: "link-del", name: device });
}

export function removeTap(name: string): Command {
  return here({ tool: "ip", action: "tuntap-del", name, mode: "tap" });
}
