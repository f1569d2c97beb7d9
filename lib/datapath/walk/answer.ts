/** What the machine at the other end does with a packet that reached it. */
import type { Packet } from "../../net/packet.ts";
import type { Element } from "../event.ts";
import { icmpError, refusal } from "../kernel/icmp.ts";
import type { Arrival, Walk } from "./context.ts";
import type { NamespaceIndex } from "./index.ts";

const SYN = 0x02;
const SYN_ACK = 0x12;

export type Response =
  | { kind: "answers"; packet: Packet; assumed?: { what: string; basis: string } }
  /** It answers, but no: a reset, or port unreachable. */
  | { kind: "refuses"; packet: Packet; element: Element }
  | { kind: "silent"; element: Element };

export function respond(w: Walk, arrival: Arrival): Response {
  const { packet, taker } = arrival;
  const { ip, l4 } = packet;
  if (!ip || !l4) return { kind: "silent", element: { type: "guest", text: "no IP packet" } };
  const back: Packet = {
    ...packet,
    ethSrc: "",
    ethDst: "",
    vlans: [],
    ip: { ...ip, src: ip.dst, dst: ip.src, ttl: 64, df: false, tos: 0 },
  };
  switch (l4.kind) {
    case "icmp":
    case "icmp6":
      if (taker.kind === "netns" && taker.device.ns.state.sysctls["net.ipv4.icmp_echo_ignore_all"] === "1")
        return { kind: "silent", element: { type: "sysctl", text: "net.ipv4.icmp_echo_ignore_all = 1" } };
      return { kind: "answers", packet: { ...back, l4: { ...l4, type: l4.kind === "icmp" ? 0 : 129 } } };
    case "tcp": {
      const open = isOpen(arrival, "tcp", l4.dst);
      const reset = open === false ? refusal(packet) : undefined;
      if (reset) return { kind: "refuses", packet: reset, element: nobodyListens(arrival, "tcp", l4.dst) };
      const reply: Packet = { ...back, l4: { kind: "tcp", src: l4.dst, dst: l4.src, flags: SYN_ACK }, l3Length: 40 };
      return answers(w, arrival, reply, open, `tcp port ${l4.dst}`);
    }
    case "udp": {
      const open = isOpen(arrival, "udp", l4.dst);
      if (open === false && taker.kind === "netns") {
        // By now the kernel has let go of the datagram's connection: the error is tracked on its own.
        const error = icmpError(taker.device.ns.state, packet, "port-unreachable");
        if (error) return { kind: "refuses", packet: error.packet, element: nobodyListens(arrival, "udp", l4.dst) };
      }
      return answers(
        w,
        arrival,
        { ...back, l4: { kind: "udp", src: l4.dst, dst: l4.src } },
        open,
        `udp port ${l4.dst}`,
      );
    }
    case "sctp":
      return { kind: "silent", element: { type: "guest", text: "sctp" } };
    default:
      return l4 satisfies never;
  }
}

function answers(_w: Walk, arrival: Arrival, packet: Packet, open: boolean | undefined, what: string): Response {
  if (open === true) return { kind: "answers", packet };
  const name = arrival.taker.kind === "guest" ? arrival.taker.guest.name : arrival.taker.device.ns.name;
  return {
    kind: "answers",
    packet,
    assumed: { what: `${what} of ${name} is open`, basis: "what listens there is not in the snapshot" },
  };
}

/** Whether something listens; undefined where that is not known. */
function isOpen(arrival: Arrival, proto: "tcp" | "udp", port: number): boolean | undefined {
  if (arrival.taker.kind === "guest") return undefined;
  const { ns } = arrival.taker.device;
  if (listens(ns, proto, port, arrival.packet.ip?.dst ?? "")) return true;
  return ns.state.listeners.length === 0 && ns.name !== "root" && !/^(qrouter|qdhcp|snat|fip)-/.test(ns.name)
    ? undefined
    : false;
}

function listens(ns: NamespaceIndex, proto: "tcp" | "udp", port: number, address: string): boolean {
  return ns.state.listeners.some(
    (l) =>
      l.proto === proto &&
      l.port === port &&
      (l.address === address ||
        l.address === "0.0.0.0" ||
        l.address === "*" ||
        l.address === "::" ||
        l.address === "[::]"),
  );
}

function nobodyListens(arrival: Arrival, proto: string, port: number): Element {
  const name = arrival.taker.kind === "guest" ? arrival.taker.guest.name : arrival.taker.device.ns.name;
  return { type: "namespace", text: `${name}: nothing listens on ${proto} port ${port}` };
}

export const TCP_SYN = SYN;
