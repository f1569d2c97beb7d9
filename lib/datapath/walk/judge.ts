/** What is said about a flight: the end that decided, or the reason why it never came near its goal. */
import { isGroupMac } from "../../net/address.ts";
import type { Element, Leg, Outcome, Place, VerdictCode } from "../event.ts";
import type { Walk } from "./context.ts";
import type { Flight, Leaf, RecordedEvent } from "./flight.ts";
import { DECISIVE, type Goal, scorer } from "./goal.ts";
import { type HostIndex, isTunnelType, type Owner } from "./index.ts";

export interface Judgement {
  outcome: Outcome;
  code: VerdictCode;
  place: Place;
  leg: Leg;
  branch: string;
  element?: Element;
}

/** `asker` is where the flight began: the place of a question that nobody answered. */
export function judge(w: Walk, flight: Flight, winner: Leaf | undefined, goal: Goal, asker: Place): Judgement {
  const leg = flight.leg;
  const branch = winner?.branch.name ?? flight.root.name;
  const unanswered = () =>
    missed(w, flight, goal) ?? { outcome: "dropped" as const, leg, branch, ...lost(w, flight, goal.address, asker) };
  if (!winner) return unanswered();
  const { ending, place } = winner;
  const single = flight.leaves.length === 1;
  const score = scorer(w, goal)(winner);
  switch (ending.kind) {
    case "delivered":
      return { outcome: "delivered", code: "DELIVERED", place, leg, branch };
    case "exit":
      if (!single && goal.owners.length > 0) return unanswered();
      return { outcome: "exited", code: "EXITED_PHYSICAL_NETWORK", place, leg, branch };
    case "unknown":
      if (!single && score < DECISIVE) return unanswered();
      return { outcome: "unknown", code: "STATE_INCOMPLETE", place, leg, branch, element: ending.element };
    case "ignored":
      if ((single || score >= DECISIVE) && ending.code && ending.element && ending.code !== "ARP_UNANSWERED") {
        // At an owner's own device nothing was missed.
        const elsewhere = score >= DECISIVE ? undefined : missed(w, flight, goal);
        const { code, element } = ending;
        return elsewhere ?? { outcome: "dropped", code, place, leg, branch, element };
      }
      return astray(w, flight, winner, single) ?? unanswered();
    case "drop":
      if (!single && (score < DECISIVE || (goal.owners.length === 0 && score < 600))) return unanswered();
      return { outcome: "dropped", code: ending.code, place, leg, branch, element: ending.element };
    default:
      return ending satisfies never;
  }
}

/** A question that nobody answered; a packet that went nobody knows where: by what told its last sender to whom. */
function lost(w: Walk, flight: Flight, address: string, asker: Place): Reason {
  const sent = w.events.findLast((e) => e.branch.flight === flight && e.step.kind === "neighbour");
  if (sent?.step.kind === "neighbour" && (flight.leg === "request" || flight.leg === "reply"))
    return { code: "FDB_STALE", place: sent.place, element: { type: "neighbour", text: sent.step.text } };
  const code = flight.leg.endsWith("request") && flight.leg !== "request" ? "ARP_UNANSWERED" : "FDB_STALE";
  return { code, place: asker, element: { type: "neighbour", text: `${address} dev ${asker.device} FAILED` } };
}

/** One copy, sent where a learned address was: to somebody who is not its addressee. */
function astray(w: Walk, flight: Flight, winner: Leaf, single: boolean): Judgement | undefined {
  if (!single || (flight.leg !== "request" && flight.leg !== "reply")) return undefined;
  const { packet, branch } = winner;
  const decided = (e: RecordedEvent) =>
    e.branch.flight === flight &&
    ((e.step.kind === "fdb" && e.step.hit && e.step.mac === packet.ethDst) ||
      (e.step.kind === "flow" && /output:|group:|\bin_port\b/i.test(e.step.text.split(" actions=")[1] ?? "")));
  const last = w.events.findLast(decided);
  if (last?.step.kind === "flow") {
    const { bridge, table, text } = last.step;
    const element: Element = { type: "flow", bridge, table, text };
    return { outcome: "dropped", code: "FDB_STALE", place: last.place, leg: flight.leg, branch: branch.name, element };
  }
  if (last?.step.kind !== "fdb") return undefined;
  const { bridge, mac, vlan, port } = last.step;
  return {
    outcome: "dropped",
    code: "FDB_STALE",
    place: last.place,
    leg: flight.leg,
    branch: winner.branch.name,
    element: { type: "fdb", text: `${bridge}: ${mac}${vlan === undefined ? "" : ` vlan ${vlan}`} behind ${port}` },
  };
}

/** Why a flood did not reach the owner: its port, its VLAN, or no way to its host. */
function missed(w: Walk, flight: Flight, goal: Goal): Judgement | undefined {
  for (const owner of addressees(w, flight, goal)) {
    const found = missedOwner(w, flight, goal, owner);
    if (found) return { outcome: "dropped", leg: flight.leg, branch: flight.root.name, ...found };
  }
  return undefined;
}

/** A flood is for the owners of the address; a unicast frame for whoever has its MAC: that may be a router on the way. */
function addressees(w: Walk, flight: Flight, goal: Goal): Owner[] {
  const mac = flight.leaves.at(-1)?.packet.ethDst;
  if (mac === undefined || isGroupMac(mac)) return goal.owners;
  return [
    ...(w.index.guestByMac.get(mac) ?? []).map((guest) => ({ kind: "guest" as const, guest })),
    ...(w.index.byMac.get(mac) ?? []).map((device) => ({ kind: "netns" as const, device })),
  ];
}

type Reason = { code: VerdictCode; place: Place; element: Element };

function missedOwner(w: Walk, flight: Flight, goal: Goal, owner: Owner): Reason | undefined {
  const hostName = owner.kind === "guest" ? owner.guest.host : owner.device.host.name;
  if (!hostName && owner.kind === "guest")
    return {
      code: "PORT_NOT_BOUND",
      place: { host: goal.from.host?.name ?? "", netns: `guest:${owner.guest.name}`, device: "eth0" },
      element: { type: "port", text: `${owner.guest.portId}: binding:host_id is empty` },
    };
  const host = w.index.hosts.get(hostName);
  if (!host) return undefined;
  if (flight.hosts.has(host.name) || host === goal.from.host) return missedOnHost(w, flight, host, owner);
  return missedHost(w, flight, goal, host);
}

function missedOnHost(w: Walk, flight: Flight, host: HostIndex, owner: Owner): Reason | undefined {
  const at = (device: string): Place => ({ host: host.name, netns: "root", device });
  const name = owner.kind === "guest" ? owner.guest.tap : owner.device.link.name;
  const plug = owner.kind === "guest" ? host.plugByPort.get(owner.guest.portId) : host.plugs.get(name);
  if (!plug) {
    if (owner.kind === "guest" && !host.root?.devices.has(owner.guest.tap) && host.ovs)
      return {
        code: "PORT_NOT_PLUGGED",
        place: at(owner.guest.tap),
        element: { type: "link", text: `${owner.guest.tap}: no such device on ${host.name}` },
      };
    if (owner.kind === "guest" && host.ovs && !host.root?.devices.get(owner.guest.tap)?.link.master?.startsWith("brq"))
      return {
        code: "PORT_NOT_PLUGGED",
        place: at(owner.guest.tap),
        element: {
          type: "ovs-port",
          bridge: "br-int",
          text: `${owner.guest.tap}: in no bridge, no interface has iface-id ${owner.guest.portId}`,
        },
      };
    return undefined;
  }
  const element: Element = {
    type: "ovs-port",
    bridge: plug.bridge.name,
    text: `Port ${plug.port.name}${plug.port.tag === undefined ? "" : ` tag: ${plug.port.tag}`}`,
  };
  if (plug.port.tag === 4095) return { code: "DEAD_VLAN", place: at(plug.iface.name), element };
  if (plug.iface.ofport === undefined || plug.iface.ofport < 0)
    return {
      code: "PORT_NOT_PLUGGED",
      place: at(plug.iface.name),
      element: {
        ...element,
        text: `${element.text} ofport: ${plug.iface.ofport ?? "none"}${plug.iface.error ? `, ${plug.iface.error}` : ""}`,
      },
    };
  for (const e of w.events) {
    if (e.branch.flight !== flight || e.place.host !== host.name || e.step.kind !== "flood") continue;
    if (e.step.bridge !== plug.bridge.name || e.step.vlan === undefined || plug.port.tag === undefined) continue;
    if (e.step.vlan !== plug.port.tag)
      return {
        code: "VLAN_MISMATCH",
        place: at(plug.iface.name),
        element: { ...element, text: `${element.text}, frame in VLAN ${e.step.vlan}` },
      };
  }
  return undefined;
}

function missedHost(w: Walk, flight: Flight, goal: Goal, host: HostIndex): Reason | undefined {
  const from = goal.from.host;
  if (!from || !goal.from.networkType || !isTunnelType(goal.from.networkType)) return undefined;
  // A machine outside: routers lead to it, no tunnel.
  if (host.tunnelAddresses.size === 0) return undefined;
  for (const bridge of from.state.ovs?.bridges ?? []) {
    const tunnels = bridge.ports.flatMap((p) => p.interfaces).filter((i) => i.type === goal.from.networkType);
    if (tunnels.length === 0 && !bridge.ports.some((p) => p.interfaces.some((i) => isTunnelType(i.type)))) continue;
    const place = { host: from.name, netns: "root", device: bridge.name };
    if (!tunnels.some((i) => host.tunnelAddresses.has(i.options.remote_ip ?? "") || i.options.remote_ip === "flow")) {
      const text = `${bridge.name}: no ${goal.from.networkType} port to ${[...host.tunnelAddresses].join(", ")} (${host.name})`;
      return { code: "TUNNEL_MISSING", place, element: { type: "tunnel", text } };
    }
    const flow = w.events.findLast(
      (e) =>
        e.branch.flight === flight &&
        e.place.host === from.name &&
        e.step.kind === "flow" &&
        e.step.bridge === bridge.name,
    )?.step;
    if (flow?.kind !== "flow") return undefined;
    return {
      code: "L2POP_ENTRY_MISSING",
      place,
      element: { type: "flow", bridge: bridge.name, table: flow.table, text: flow.text },
    };
  }
  return undefined;
}
