/**
 * One leg on its way: a tree of branches, the events on them, and where each branch ended.
 * Branch names are given when the leg is over: at every fork the child that came nearest to the goal keeps its parent's
 * name, the others become `<parent>.1`, `<parent>.2`, ….
 */
import type { Packet } from "../../net/packet.ts";
import type { Element, Leg, Place, Step, VerdictCode } from "../event.ts";

export interface Branch {
  flight: Flight;
  parent?: Branch;
  children: Branch[];
  name: string;
  /** Score of the best ending below; set when the flight is over. */
  best: number;
  /** Frames from the start of the flight to here. */
  depth: number;
  /** Place of the last frame. */
  last?: Place;
}

export type Ending =
  /** Someone took the packet: its addressee. */
  | { kind: "delivered" }
  /** It arrived where nobody wants it (a flood's other ends). */
  | { kind: "ignored"; code?: VerdictCode; element?: Element }
  | { kind: "drop"; code: VerdictCode; element: Element }
  /** It left on a wire whose other end we do not have. */
  | { kind: "exit"; segment: string }
  | { kind: "unknown"; element: Element };

export interface Leaf {
  branch: Branch;
  ending: Ending;
  place: Place;
  packet: Packet;
}

export interface Flight {
  leg: Leg;
  root: Branch;
  leaves: Leaf[];
  /** Times that a frame was seen, by what it is, then by the device. */
  seen: Map<string, Map<string, number>>;
  frames: number;
  /** Hosts that saw a frame of it. */
  hosts: Set<string>;
  /** Larger is nearer to the goal. */
  score(leaf: Leaf): number;
}

export interface RecordedEvent {
  step: Step;
  place: Place;
  branch: Branch;
}

export function startFlight(leg: Leg, score: (leaf: Leaf) => number, rootName = "0"): Flight {
  const flight: Flight = {
    leg,
    root: undefined as unknown as Branch,
    leaves: [],
    seen: new Map(),
    frames: 0,
    hosts: new Set(),
    score,
  };
  // The root needs its flight and the flight its root: the only place where the knot is tied.
  flight.root = { flight, children: [], name: rootName, best: Number.NEGATIVE_INFINITY, depth: 0 };
  return flight;
}

/** Branches for `count` ways onward: the branch itself when there is only one. */
export function fork(branch: Branch, count: number): Branch[] {
  if (count <= 1) return [branch];
  const children: Branch[] = [];
  for (let i = 0; i < count; i++) {
    const child: Branch = {
      flight: branch.flight,
      parent: branch,
      children: [],
      name: "",
      best: Number.NEGATIVE_INFINITY,
      depth: branch.depth,
    };
    if (branch.last) child.last = branch.last;
    branch.children.push(child);
    children.push(child);
  }
  return children;
}

/** Names every branch and answers the leaf that speaks for the flight (undefined: nothing happened at all). */
export function settle(flight: Flight): Leaf | undefined {
  let winner: Leaf | undefined;
  let top = Number.NEGATIVE_INFINITY;
  for (const leaf of flight.leaves) {
    const score = flight.score(leaf);
    if (score > leaf.branch.best) leaf.branch.best = score;
    if (score > top) {
      top = score;
      winner = leaf;
    }
  }
  raise(flight.root);
  christen(flight.root);
  return winner;
}

function raise(branch: Branch): number {
  for (const child of branch.children) {
    const below = raise(child);
    if (below > branch.best) branch.best = below;
  }
  return branch.best;
}

/** `used` counts the names given below each name: the heirs of one way share it, so that no two branches have one name. */
function christen(branch: Branch, used = new Map<string, number>()): void {
  let heir: Branch | undefined;
  for (const child of branch.children) if (!heir || child.best > heir.best) heir = child;
  for (const child of branch.children) {
    if (child === heir) child.name = branch.name;
    else {
      const n = (used.get(branch.name) ?? 0) + 1;
      used.set(branch.name, n);
      child.name = `${branch.name}.${n}`;
    }
  }
  for (const child of branch.children) christen(child, used);
}
