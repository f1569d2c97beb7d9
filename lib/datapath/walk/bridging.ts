/** Linux bridges on the way: frames that come in by a port, and frames that the bridge's own stack sends. */
import type { Packet } from "../../net/packet.ts";
import type { Step } from "../event.ts";
import { type BridgeDecision, bridgeInput, bridgeTransmit } from "../kernel/bridge.ts";
import type { IcmpError } from "../kernel/icmp.ts";
import type { HookVerdict } from "../kernel/netfilter.ts";
import { routeOutput } from "../kernel/routing.ts";
import type { Skb } from "../kernel/skb.ts";
import { conntrackOf, drop, emit, frame, ignore, learnedOf, placeOf, unknown, type Walk } from "./context.ts";
import { type Branch, fork } from "./flight.ts";
import type { Device } from "./index.ts";
import { culprit, linkElement } from "./link.ts";
import { outerOf, rewrap } from "./outer.ts";
import { sendError } from "./stack.ts";

/** A frame came in by `port`, which is a port of `bridge`. */
export function bridgeReceive(
  w: Walk,
  port: Device,
  bridge: Device,
  packet: Packet,
  branch: Branch,
  mark: number,
): undefined {
  if (!bridge.link.up)
    return drop(w, placeOf(bridge), branch, packet, "LINK_DOWN", {
      type: "link",
      text: `${bridge.link.name}: state DOWN`,
    });
  const steps: Step[] = [];
  const decision = bridgeInput(contextOf(w, bridge, steps), bridge.link.name, port.link.name, outerOf(packet), {
    mark,
  });
  spread(w, bridge, packet, branch, decision, steps, port);
}

/** The namespace sends a frame by the bridge device itself. */
export function bridgeSend(w: Walk, bridge: Device, packet: Packet, branch: Branch, mark: number): undefined {
  const steps: Step[] = [];
  const decision = bridgeTransmit(contextOf(w, bridge, steps), bridge.link.name, outerOf(packet), { mark });
  spread(w, bridge, packet, branch, decision, steps);
}

function contextOf(w: Walk, bridge: Device, steps: Step[]) {
  return {
    ns: bridge.ns.state,
    conntrack: conntrackOf(w, bridge.ns),
    learned: learnedOf(w, bridge.ns),
    note: (step: Step) => {
      if (step.kind !== "drop") steps.push(step);
    },
  };
}

function spread(
  w: Walk,
  bridge: Device,
  packet: Packet,
  branch: Branch,
  decision: BridgeDecision,
  steps: Step[],
  from?: Device,
): undefined {
  const place = placeOf(bridge);
  if (decision.kind !== "forwarded") {
    for (const step of steps) emit(w, place, branch, step);
    if (decision.kind === "refused") return drop(w, place, branch, packet, decision.code, decision.element);
    return stopped(w, bridge, branch, packet, decision.verdict);
  }
  // A capture on the bridge shows the frame after PREROUTING, before FORWARD (br_handle_frame_finish).
  const before = steps.findIndex((s) => s.kind === "rule" && s.hook === "FORWARD");
  const cut = before < 0 ? steps.length : before;
  for (const step of steps.slice(0, cut)) emit(w, place, branch, step);
  const { local, outputs } = decision;
  if (local && !frame(w, place, "in", rewrap(local.packet, packet), branch)) return;
  for (const step of steps.slice(cut)) emit(w, place, branch, step);
  // Without an address nobody in the namespace waits for what the bridge takes.
  const accepted = local?.accepted && bridge.ns.state.addresses.some((a) => a.dev === bridge.link.name) ? 1 : 0;
  if (outputs.length + accepted === 0) {
    const others = (bridge.ns.slaves.get(bridge.link.name) ?? []).filter((p) => p !== from);
    const dead = others.find((p) => !p.link.up || !p.link.carrier || p.link.bridgePort?.state === "disabled");
    if (dead) return drop(w, place, branch, packet, "LINK_DOWN", linkElement(culprit(dead)));
    if (others.some((p) => p.link.up)) return ignore(w, place, branch, packet);
    return drop(w, place, branch, packet, "NO_CARRIER_PEER", {
      type: "link",
      text: `${bridge.link.name}: no other port`,
    });
  }
  const branches = fork(branch, outputs.length + accepted);
  for (const [i, output] of outputs.entries()) {
    const b = branches[i] ?? branch;
    if (output.kind === "stopped") {
      stopped(w, bridge, b, packet, output.verdict);
      continue;
    }
    const port = bridge.ns.devices.get(output.port);
    if (port) w.parts.transmit(w, port, rewrap(output.packet, packet), b, output.skb.mark);
    else unknown(w, place, b, packet, { type: "link", text: output.port });
  }
  if (local && accepted)
    w.parts.toStack(w, bridge, rewrap(local.packet, packet), branches[outputs.length] ?? branch, local.skb);
}

function stopped(
  w: Walk,
  bridge: Device,
  branch: Branch,
  packet: Packet,
  verdict: Exclude<HookVerdict, { kind: "accept" }>,
): undefined {
  const place = placeOf(bridge);
  switch (verdict.kind) {
    case "drop":
      return drop(w, place, branch, packet, verdict.code, verdict.element);
    case "reject":
      if (verdict.error) answerBridged(w, bridge, verdict.packet, verdict.skb, verdict.error);
      return drop(w, place, branch, packet, verdict.code, verdict.element);
    case "unknown":
      return unknown(w, place, branch, packet, verdict.element ?? { type: "gap", text: verdict.reason });
    default:
      return verdict satisfies never;
  }
}

/**
 * REJECT of a bridged packet: an ICMP error is routed like any packet of the host's own, a reset goes straight back by the
 * port that the segment came in by, if the host has a route there at all (nf_send_reset of nf_reject_ipv4.c).
 */
function answerBridged(w: Walk, bridge: Device, offender: Packet, skb: Skb, error: IcmpError): undefined {
  const place = placeOf(bridge);
  const port = skb.physIn === undefined ? undefined : bridge.ns.devices.get(skb.physIn);
  if (error.reason !== "tcp-reset" || !port) return sendError(w, bridge.ns, place, error);
  const route = routeOutput(bridge.ns.state, { dst: error.packet.ip?.dst ?? "" });
  if (route.kind === "drop" || route.kind === "unknown") return;
  const reset: Packet = { ...error.packet, ethSrc: offender.ethDst, ethDst: offender.ethSrc };
  w.errors.push({ packet: reset, by: place, send: (b) => w.parts.transmit(w, port, reset, b) });
}
