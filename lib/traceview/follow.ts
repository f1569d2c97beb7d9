/** Which way through a leg's copies to show: the engine's own, or the one that leads to the place of the verdict. */
import type { Place, StepEvent } from "../datapath/event.ts";
import type { LegView, SideBranch } from "./legs.ts";

export interface Followed {
  events: StepEvent[];
  sides: SideBranch[];
}

/**
 * When nobody answered, every copy of a flood is as good as another, and the verdict may speak of a place that only a
 * copy reached (the namespace of a DHCP server that does not run): then that copy is the way to show.
 */
export function follow(leg: LegView, ending: Place | undefined): Followed {
  const usual = { events: leg.main, sides: leg.sides };
  if (!ending || leg.main.some((event) => isAt(event, ending))) return usual;
  const copy = leg.sides.find((side) => side.events.some((event) => isAt(event, ending)));
  const root = leg.main[0]?.branch;
  if (!copy || root === undefined) return usual;
  const line = lineage(copy.branch, root);
  const branch = (name: string) =>
    name === root ? leg.main : (leg.sides.find((side) => side.branch === name)?.events ?? []);
  const events = line.flatMap((name, at) => {
    const child = line[at + 1];
    return child === undefined ? branch(name) : untilFork(branch(name), branch(child)[0]);
  });
  const others = leg.sides.filter((side) => !line.includes(side.branch));
  return {
    events,
    sides: [...others, { branch: `${root}.`, events: leg.main.filter((event) => !events.includes(event)) }].filter(
      (side) => side.events.length > 0,
    ),
  };
}

function isAt(event: StepEvent, place: Place): boolean {
  return event.host === place.host && event.netns === place.netns && event.device === place.device;
}

/** `0`, `0.1`, `0.1.2` for `0.1.2`. */
function lineage(branch: string, root: string): string[] {
  const steps = branch.slice(root.length).split(".").filter(Boolean);
  return [root, ...steps.map((_, at) => [root, ...steps.slice(0, at + 1)].join("."))];
}

/** A parent's events up to the flood, or the wire, at which the child left it. */
function untilFork(parent: readonly StepEvent[], child: StepEvent | undefined): StepEvent[] {
  const flood = parent.findIndex(
    (event) => event.kind === "flood" && event.ports.length > 1 && event.host === child?.host,
  );
  if (flood >= 0) {
    const next = parent.findIndex(
      (event, at) => at > flood && (event.kind === "frame" || event.kind === "deliver" || event.kind === "drop"),
    );
    return parent.slice(0, next < 0 ? parent.length : next);
  }
  const wire = parent.findIndex(
    (event, at) => event.kind === "frame" && event.dir === "out" && nextHost(parent, at) !== undefined,
  );
  return wire >= 0 ? parent.slice(0, wire + 1) : [...parent];
}

/** The host of the next frame, where it is another one. */
function nextHost(events: readonly StepEvent[], at: number): string | undefined {
  const next = events.slice(at + 1).find((event) => event.kind === "frame");
  return next && next.host !== events[at]?.host ? next.host : undefined;
}
