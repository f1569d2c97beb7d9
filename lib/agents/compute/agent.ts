/**
 * nova-compute, as far as networks know it: plugs the ports of the guests that run here, and unplugs those of others.
 * Not modelled: a changed MTU of a plugged port, macvtap, SR-IOV, vhost-user.
 */
import type { Command } from "../../host/command/command.ts";
import { findNamespace, ROOT } from "../../host/edit.ts";
import { applyAll } from "../../host/run.ts";
import type { HostState, Namespace } from "../../host/state.ts";
import type { Agent } from "../agent.ts";
import { createBridge } from "../openvswitch/create-bridge.ts";
import { INTEGRATION_BRIDGE } from "../openvswitch/names.ts";
import type { HostView, PortView } from "../view.ts";
import { runGuests } from "./guests.ts";
import { attach, detach, guestDevice, plugBridge, remove, vifNames } from "./plug.ts";

export const COMPUTE: Agent = {
  kind: "compute",
  steps: [
    { name: "run guests", plan: (view, host) => runGuests(host, view) },
    { name: "plug VIFs", plan: plugVifs },
  ],
};

function plugVifs(view: HostView, host: HostState): HostState {
  const root = findNamespace(host, ROOT);
  if (!root) return host;
  const devices = new Set(root.links.map((link) => link.name));
  const guests = new Set(view.servers.flatMap((server) => server.portIds));
  const ports = view.ports.filter((port) => guests.has(port.id) && (port.vifType !== "ovs" || host.ovs !== undefined));
  const kept = new Set(ports.flatMap((port) => Object.values(vifNames(port.id))));
  const switched = host.ovs !== undefined && ports.some((port) => port.vifType === "ovs");
  return applyAll(switched ? createBridge(host, INTEGRATION_BRIDGE) : host, [
    ...unplugged(host, root, kept),
    ...ports.flatMap((port) => plugged(port, view.networks.get(port.networkId)?.mtu ?? DEFAULT_MTU, devices)),
  ]);
}

const DEFAULT_MTU = 1500;

function plugged(port: PortView, mtu: number, devices: ReadonlySet<string>): Command[] {
  const names = vifNames(port.id);
  const { qbr, qvo, tap } = names;
  const device = (master: string | undefined) => (devices.has(tap) ? [] : guestDevice(tap, port.mac, mtu, master));
  if (port.vifType === "ovs" && port.hybridPlug)
    return [...(devices.has(qvo) ? [] : [...plugBridge(names, mtu), attach(qvo, port, "vm-uuid")]), ...device(qbr)];
  if (port.vifType === "ovs") return devices.has(tap) ? [] : [...device(undefined), attach(tap, port, "vm-id")];
  return port.vifType === "bridge" ? device(undefined) : [];
}

/** Devices that a guest's port had: by os-vif's names, and the hypervisor's taps by their MAC. */
function unplugged(host: HostState, root: Namespace, kept: ReadonlySet<string>): Command[] {
  const switched = new Set(
    host.ovs?.bridges.find((bridge) => bridge.name === INTEGRATION_BRIDGE)?.ports.map((port) => port.name) ?? [],
  );
  return root.links.flatMap((link) => {
    if (kept.has(link.name)) return [];
    const gone =
      (link.kind === "tap" && isGuestTap(link.name, link.mac)) || (link.kind === "veth" && QVO.test(link.name));
    if (!gone && !(link.kind === "bridge" && QBR.test(link.name))) return [];
    return [...(switched.has(link.name) ? [detach(link.name)] : []), remove(link.name)];
  });
}

const QVO = /^qvo[0-9a-f]{8}-[0-9a-f]{2}$/;
const QBR = /^qbr[0-9a-f]{8}-[0-9a-f]{2}$/;

function isGuestTap(name: string, mac: string): boolean {
  return /^tap[0-9a-f]{8}-[0-9a-f]{2}$/.test(name) && mac.startsWith("fe:");
}
