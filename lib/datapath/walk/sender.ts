/** The machine that a probe starts from: which way it sends, and whom it must ask first. */
import type { Guest } from "../../host/world.ts";
import type { Packet } from "../../net/packet.ts";
import type { Leg, Place } from "../event.ts";
import { lookupNeighbour } from "../kernel/neighbour.ts";
import { routeOutput } from "../kernel/routing.ts";
import { type Asked, ask, askFrom } from "./ask.ts";
import { deliver, drop, emit, guestPlace, knownNeighbour, type Taker, unknown, type Walk } from "./context.ts";
import type { Branch } from "./flight.ts";
import { goalFor, type Start, startOfGuest } from "./goal.ts";
import { fromGuest, guestAsks, guestRoute, isGuestsOwn } from "./guest.ts";
import type { NamespaceIndex } from "./index.ts";
import { queryOf } from "./stack.ts";

export interface Sender {
  place: Place;
  taker?: Taker;
  from: Start;
  network?: string;
  /** Source address it would use; undefined without a route. */
  sourceFor(dst: string): string | undefined;
  /** Asks for the next hop, when it has to. Undefined: nothing to ask. */
  askFirst(w: Walk, packet: Packet, legs: readonly [Leg, Leg], root: string): Asked | undefined;
  send(w: Walk, packet: Packet, branch: Branch): undefined;
}

export function guestSender(w: Walk, guest: Guest, source?: string): Sender {
  const place = guestPlace(guest);
  const taker: Taker = { kind: "guest", guest };
  const from = startOfGuest(w, guest);
  return {
    place,
    taker,
    from,
    network: guest.networkId,
    sourceFor: (dst) => (isGuestsOwn(w, guest, dst) ? (source ?? dst) : guestRoute(guest, dst, source)?.src),
    askFirst(walk, packet, legs, root) {
      const dst = packet.ip?.dst ?? "";
      const route = guestRoute(guest, dst, packet.ip?.src);
      if (!route || isGuestsOwn(walk, guest, dst)) return undefined;
      if (knownNeighbour(walk, taker, route.nexthop) !== undefined) return undefined;
      const question = guestAsks(guest, route.nexthop, route.src);
      return ask(walk, {
        legs,
        root,
        taker,
        place,
        target: route.nexthop,
        goal: goalFor(walk, route.nexthop, guest.networkId, from),
        home: { address: route.src, owners: [{ kind: "guest", guest }], hosts: new Set([guest.host]), from: {} },
        send: (b) => fromGuest(walk, guest, question, b),
      });
    },
    send(walk, packet, branch) {
      const dst = packet.ip?.dst ?? "";
      if (isGuestsOwn(walk, guest, dst))
        return deliver(walk, { ...place, device: "lo" }, branch, packet, { taker, packet, branch });
      const route = guestRoute(guest, dst, packet.ip?.src);
      if (!route)
        return drop(walk, place, branch, packet, "NO_ROUTE", {
          type: "guest",
          text: `${guest.name}: no route to ${dst}`,
        });
      const mac = knownNeighbour(walk, taker, route.nexthop);
      if (mac === undefined)
        return drop(walk, place, branch, packet, "ARP_UNANSWERED", {
          type: "neighbour",
          text: `${route.nexthop} dev eth0 FAILED`,
        });
      emit(walk, place, branch, {
        kind: "neighbour",
        address: route.nexthop,
        mac,
        dev: "eth0",
        text: `${route.nexthop} dev eth0 lladdr ${mac}`,
        source: "arp",
      });
      fromGuest(walk, guest, { ...packet, ethSrc: guest.mac, ethDst: mac }, branch);
    },
  };
}

export function namespaceSender(ns: NamespaceIndex, source?: string): Sender {
  const at = (device: string): Place => ({ host: ns.host.name, netns: ns.name, device });
  const any = [...ns.devices.values()].find((d) => d.link.kind !== "loopback");
  const sender: Sender = {
    place: at("lo"),
    from: { host: ns.host },
    sourceFor(dst) {
      if (source !== undefined) return source;
      const route = routeOutput(ns.state, { dst });
      return route.kind === "unknown" || route.kind === "drop" ? undefined : route.src;
    },
    askFirst(w, packet, legs, root) {
      const route = routeOutput(ns.state, queryOf(packet, 0));
      if (route.kind !== "unicast") return undefined;
      const device = ns.devices.get(route.dev);
      if (!device || device.link.kind === "loopback") return undefined;
      // Fresh ping of a fresh pair: what its table says does not count, unless it is permanent.
      const state = lookupNeighbour(ns.state, route.dev, route.nexthop);
      if (state.kind === "known" && state.permanent) return undefined;
      if (knownNeighbour(w, { kind: "netns", device }, route.nexthop) !== undefined) return undefined;
      return askFrom(w, device, route.nexthop, packet.ip?.src ?? route.src, legs, root);
    },
    send: (w, packet, branch) => {
      if (packet.ip?.dst === undefined)
        return unknown(w, at("lo"), branch, packet, { type: "gap", text: "no destination address" });
      w.parts.sendLocal(w, ns, packet, branch);
    },
  };
  if (any) sender.taker = { kind: "netns", device: any };
  return sender;
}
