/** Open vSwitch on the way: in by a port, out by none, one or many. */
import type { Packet } from "../../net/packet.ts";
import type { Place, Step } from "../event.ts";
import type { Ingress, SwitchDrop, SwitchOutput } from "../openflow/switch.ts";
import { deliver, drop, emit, ignore, overlayOf, ovsConntrackOf, unknown, type Walk } from "./context.ts";
import { receiveInternal } from "./device.ts";
import { type Branch, fork } from "./flight.ts";
import { deviceOfPort, type HostIndex, isUserspace } from "./index.ts";
import { outerOf, rewrap } from "./outer.ts";
import { switchConntrack } from "./switch-conntrack.ts";
import { encapsulate, nativeTunnelEnd } from "./tunnel.ts";

const LOCAL_PORT = 65534;

/** A frame enters by the port of that name. */
export function toSwitch(w: Walk, host: HostIndex, port: string, packet: Packet, branch: Branch): undefined {
  const ref = host.ovs?.portOf(port);
  const place = { host: host.name, netns: "root", device: port };
  if (!ref) return unknown(w, place, branch, packet, { type: "ovs-port", bridge: "", text: port });
  runSwitch(w, host, { bridge: ref.bridge, ofport: ref.ofport }, packet, branch, port);
}

export function runSwitch(
  w: Walk,
  host: HostIndex,
  ingress: Ingress,
  packet: Packet,
  branch: Branch,
  port: string,
): undefined {
  const { ovs } = host;
  if (!ovs) return;
  const at = (device: string): Place => ({ host: host.name, netns: "root", device });
  const result = ovs.receive(ingress, outerOf(packet), {
    overlay: overlayOf(w, host),
    conntrack: switchConntrack(ovsConntrackOf(w, host, isUserspace(host, ingress.bridge))),
    note: (step: Step) => {
      if (step.kind !== "drop") emit(w, at("bridge" in step ? step.bridge : ingress.bridge), branch, step);
    },
  });
  const outputs = result.outputs.filter((o) => o.kind === "port");
  const branches = fork(branch, outputs.length + result.drops.length + result.unknowns.length);
  let next = 0;
  for (const output of outputs) output_(w, host, output, packet, branches[next++] ?? branch);
  for (const d of result.drops) dropped(w, host, d, packet, ingress, branches[next++] ?? branch, port);
  for (const u of result.unknowns) unknown(w, at(u.bridge), branches[next++] ?? branch, packet, u.element);
  if (next === 0) {
    const controller = result.outputs.some((o) => o.kind === "controller");
    const text = controller ? "sent to the controller alone" : "no output";
    if (controller)
      unknown(w, at(ingress.bridge), branch, packet, { type: "ovs-bridge", text: `${ingress.bridge}: ${text}` });
    else
      drop(w, at(ingress.bridge), branch, packet, "FLOW_DROP", {
        type: "ovs-bridge",
        text: `${ingress.bridge}: ${text}`,
      });
  }
}

function output_(
  w: Walk,
  host: HostIndex,
  output: Extract<SwitchOutput, { kind: "port" }>,
  original: Packet,
  branch: Branch,
): undefined {
  const place: Place = { host: host.name, netns: "root", device: output.bridge };
  // A switch that turns a question into its answer (the ARP responder) starts the next leg.
  if (original.arp?.op === 1 && output.packet.arp?.op === 2) {
    w.answers.push({
      packet: output.packet,
      by: place,
      send: (b) => leave(w, host, output, output.packet, b),
    });
    return deliver(w, place, branch, output.packet, undefined);
  }
  leave(w, host, output, rewrap(output.packet, original), branch);
}

function leave(
  w: Walk,
  host: HostIndex,
  output: Extract<SwitchOutput, { kind: "port" }>,
  packet: Packet,
  branch: Branch,
): undefined {
  if (output.tun) return encapsulate(w, host, output.bridge, output.port, output.tun, packet, branch);
  const place: Place = { host: host.name, netns: "root", device: output.port };
  const ref = host.ovs?.portAt(output.bridge, output.ofport);
  const local = output.ofport === LOCAL_PORT;
  const device = deviceOfPort(host, output.port);
  if (local && nativeTunnelEnd(host, output.bridge, device, packet))
    return w.parts.decapsulate(w, host, packet, place, branch);
  if (device) {
    if (local || ref?.type === "internal") return receiveInternal(w, device, packet, branch, local);
    return w.parts.transmit(w, device, packet, branch);
  }
  const guest = guestOfPort(host, output.bridge, output.port);
  if (guest) return w.parts.toGuest(w, guest, packet, branch);
  if (local) return ignore(w, place, branch, packet);
  drop(w, place, branch, packet, "NO_CARRIER_PEER", {
    type: "ovs-port",
    bridge: output.bridge,
    text: `${output.port}: no such device on the host`,
  });
}

/** Guests plugged without a kernel device (vhost-user): the interface's iface-id is the Neutron port. */
function guestOfPort(host: HostIndex, bridge: string, port: string) {
  const bridges = host.state.ovs?.bridges ?? [];
  for (const p of bridges.find((b) => b.name === bridge)?.ports ?? [])
    for (const i of p.interfaces)
      if (i.name === port && i.type.startsWith("dpdk")) {
        const id = i.externalIds["iface-id"];
        return host.guests.find((g) => g.portId === id);
      }
  return undefined;
}

function dropped(
  w: Walk,
  host: HostIndex,
  d: SwitchDrop,
  packet: Packet,
  ingress: Ingress,
  branch: Branch,
  port: string,
): undefined {
  const device =
    d.reason === "dead-vlan" || d.reason === "vlan-mismatch" || d.reason === "port-down" ? (d.port ?? port) : d.bridge;
  const place = { host: host.name, netns: "root", device };
  // Nothing else to send to is no fault while other copies live.
  if ((d.reason === "no-other-port" || d.reason === "in-port") && branch.parent)
    return ignore(w, place, branch, packet, { code: d.code, element: d.element });
  const code =
    ingress.tun && d.bridge === ingress.bridge && refusesKey(host, d, ingress) ? "TUNNEL_KEY_UNKNOWN" : d.code;
  drop(w, place, branch, { ...packet, ...d.packet, ...(packet.encap ? { encap: packet.encap } : {}) }, code, d.element);
}

/** The table that dropped it knows tunnel keys, but not this one. */
function refusesKey(host: HostIndex, d: SwitchDrop, ingress: Ingress): boolean {
  if (d.table === undefined || !ingress.tun) return false;
  if (d.flow?.match.fields.some((f) => f.name === "tun_id")) return false;
  const flows = host.state.ovs?.bridges.find((b) => b.name === d.bridge)?.flows ?? [];
  return flows.some((f) => f.table === d.table && f.match.fields.some((m) => m.name === "tun_id")) || d.table === 4;
}
