/** A router made of the engine's parts, for comparison with a real one: what leaves when a packet comes in. */
import type { Namespace } from "../../../host/state.ts";
import type { Packet } from "../../../net/packet.ts";
import type { Conntrack } from "../conntrack.ts";
import { type IcmpError, icmpError, refusal } from "../icmp.ts";
import { type HookVerdict, traverse } from "../netfilter.ts";
import type { Note } from "../note.ts";
import { routeInput, routeOutput } from "../routing.ts";
import { FRESH_SKB, type Skb } from "../skb.ts";

export interface Left {
  dev: string;
  nexthop: string;
  packet: Packet;
}

export interface EngineRouter {
  ns: Namespace;
  conntrack: Conntrack;
  note?: Note;
}

/** What leaves the router; `unknown` verdicts throw, so that a test cannot pass by them. */
export function receive(r: EngineRouter, dev: string, frame: Packet): Left[] {
  const pre = hook(r, traverse({ hook: "PREROUTING", packet: frame, skb: FRESH_SKB, in: dev }, r));
  if ("left" in pre) return pre.left;
  const { packet, skb } = pre;
  const route = routeInput(r.ns, packet, dev, skb.mark, r.note);
  switch (route.kind) {
    case "unknown":
      throw new Error(route.reason);
    case "broadcast":
    case "multicast":
      return [];
    case "drop":
      return route.error ? sendError(r, icmpError(r.ns, packet, route.error, { skb })) : [];
    case "local": {
      const input = hook(r, traverse({ hook: "INPUT", packet, skb, in: dev }, r));
      return "left" in input ? input.left : answer(r, input.packet);
    }
    case "unicast": {
      if (!packet.ip) return [];
      if (packet.ip.ttl <= 1) return sendError(r, icmpError(r.ns, packet, "ttl-exceeded", { skb }));
      const older = { ...packet, ip: { ...packet.ip, ttl: packet.ip.ttl - 1 } };
      const forward = hook(r, traverse({ hook: "FORWARD", packet: older, skb, in: dev, out: route.dev }, r));
      if ("left" in forward) return forward.left;
      return post(r, forward.packet, forward.skb, route.dev, route.nexthop);
    }
  }
}

function hook(r: EngineRouter, v: HookVerdict): { packet: Packet; skb: Skb } | { left: Left[] } {
  if (v.kind === "accept") return v;
  if (v.kind === "unknown") throw new Error(`${v.reason} ${JSON.stringify(v.element)}`);
  return { left: v.kind === "reject" ? sendError(r, v.error) : [] };
}

function post(r: EngineRouter, packet: Packet, skb: Skb, dev: string, nexthop: string): Left[] {
  const v = hook(r, traverse({ hook: "POSTROUTING", packet, skb, out: dev }, r));
  return "left" in v ? v.left : [{ dev, nexthop, packet: v.packet }];
}

function sendError(r: EngineRouter, e: IcmpError | undefined): Left[] {
  return e ? send(r, e.packet, e.skb) : [];
}

/** What a kernel without sockets answers. */
function answer(r: EngineRouter, p: Packet): Left[] {
  const { ip, l4 } = p;
  if (!ip || !l4) return [];
  if (l4.kind === "icmp" && l4.type === 8) {
    const back = { ...p, ip: { ...ip, src: ip.dst, dst: ip.src, ttl: 64, tos: ip.tos }, l4: { ...l4, type: 0 } };
    return send(r, back, FRESH_SKB);
  }
  if (l4.kind === "udp") return sendError(r, icmpError(r.ns, p, "port-unreachable"));
  if (l4.kind === "tcp") {
    const reset = refusal(p);
    return reset ? send(r, reset, FRESH_SKB) : [];
  }
  return [];
}

function send(r: EngineRouter, packet: Packet, skb: Skb): Left[] {
  const route = packet.ip && routeOutput(r.ns, { dst: packet.ip.dst, src: packet.ip.src, mark: skb.mark });
  if (!route || (route.kind !== "unicast" && route.kind !== "local")) return [];
  const out = hook(r, traverse({ hook: "OUTPUT", packet, skb, out: route.dev }, r));
  if ("left" in out) return out.left;
  const { ip } = out.packet;
  const again = ip && routeOutput(r.ns, { dst: ip.dst, src: ip.src, mark: out.skb.mark });
  if (again?.kind === "unicast") return post(r, out.packet, out.skb, again.dev, again.nexthop);
  return again?.kind === "local" ? loop(r, out.packet, out.skb) : [];
}

/** To itself by lo: conntrack's judgement and the route stay with the packet. */
function loop(r: EngineRouter, packet: Packet, skb: Skb): Left[] {
  const posted = hook(r, traverse({ hook: "POSTROUTING", packet, skb, out: "lo" }, r));
  if ("left" in posted) return posted.left;
  const pre = hook(r, traverse({ hook: "PREROUTING", packet: posted.packet, skb: posted.skb, in: "lo" }, r));
  if ("left" in pre) return pre.left;
  const input = hook(r, traverse({ hook: "INPUT", packet: pre.packet, skb: pre.skb, in: "lo" }, r));
  return "left" in input ? input.left : answer(r, input.packet);
}
