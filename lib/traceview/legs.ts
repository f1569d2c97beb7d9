/** A trace's events as legs, and each leg as the one path that matters plus the copies that floods made. */
import type { Leg, StepEvent, TraceEvent, VerdictEvent } from "../datapath/event.ts";

/** A copy of the frame that went elsewhere than the path the verdict speaks of. */
export interface SideBranch {
  branch: string;
  events: StepEvent[];
}

export interface LegView {
  /** Unambiguous in its trace, and what a URL carries: `request`, `resolve-request.r1`. */
  id: string;
  leg: Leg;
  name: string;
  /** Events of the path that reached, or should have reached, the target. */
  main: StepEvent[];
  sides: SideBranch[];
}

const NAMES: Record<Leg, string> = {
  "arp-request": "ARP request",
  "arp-reply": "ARP reply",
  request: "Request",
  reply: "Reply",
  error: "Error",
  "resolve-request": "ARP request",
  "resolve-reply": "ARP reply",
  "dhcp-discover": "Discover",
  "dhcp-offer": "Offer",
  "dhcp-request": "Request",
  "dhcp-ack": "Ack",
  "dhcp-nak": "Nak",
};

const RETURNING: ReadonlySet<Leg> = new Set([
  "arp-reply",
  "resolve-reply",
  "reply",
  "error",
  "dhcp-offer",
  "dhcp-ack",
  "dhcp-nak",
]);

/** True for legs that travel back towards the end that asked: they are drawn from right to left. */
export function isReturning(leg: Leg): boolean {
  return RETURNING.has(leg);
}

/** ARP that somebody else than the sender asks on the way. */
export function isAside(leg: Leg): boolean {
  return leg === "resolve-request" || leg === "resolve-reply";
}

export function verdictOf(events: readonly TraceEvent[]): VerdictEvent | undefined {
  const last = events.at(-1);
  return last?.kind === "verdict" ? last : undefined;
}

/**
 * Legs in the order in which they began. Branch names are the walk's (lib/datapath/walk/flight.ts): the copy that came
 * nearest to the goal keeps its parent's name, so the root's name is the path to follow and every dotted one is a copy.
 */
export function legsOf(events: readonly TraceEvent[]): LegView[] {
  const legs = new Map<string, LegView>();
  for (const event of events) {
    if (event.kind === "verdict") continue;
    const root = rootOf(event.branch);
    const id = idOf(event.leg, root);
    let leg = legs.get(id);
    if (!leg) {
      leg = { id, leg: event.leg, name: NAMES[event.leg], main: [], sides: [] };
      legs.set(id, leg);
    }
    if (event.branch === root) leg.main.push(event);
    else addSide(leg, event);
  }
  return [...legs.values()].map(named);
}

/** The leg that an event belongs to. */
export function legIdOf(event: { leg: Leg; branch: string }): string {
  return idOf(event.leg, rootOf(event.branch));
}

function idOf(leg: Leg, root: string): string {
  return root === "0" ? leg : `${leg}.${root}`;
}

function rootOf(branch: string): string {
  return branch.split(".")[0] ?? branch;
}

function addSide(leg: LegView, event: StepEvent): void {
  const side = leg.sides.find((one) => one.branch === event.branch);
  if (side) side.events.push(event);
  else leg.sides.push({ branch: event.branch, events: [event] });
}

/** ARP on the way says who asks: `ARP request of qrouter`. */
function named(leg: LegView): LegView {
  const first = leg.main[0];
  if (!first || !isAside(leg.leg)) return leg;
  const place = leg.leg === "resolve-request" ? first : (leg.main.at(-1) ?? first);
  const who = place.netns.startsWith("guest:")
    ? place.netns.slice("guest:".length)
    : place.netns === "root"
      ? place.host
      : (place.netns.split("-")[0] ?? place.netns);
  return { ...leg, name: `${leg.name}, ${who}` };
}
