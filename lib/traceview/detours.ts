/**
 * A switch that floods tells the steps of every bridge behind its patch ports before any copy leaves. On the path that is
 * followed, only the bridges between the port where the frame came in and the one where it went on have their place.
 */
import type { Place, StepEvent } from "../datapath/event.ts";
import type { PacketView } from "../net/packet.ts";
import { tunnelOf } from "./layers.ts";

export interface Visit {
  host: string;
  device: string;
  kind: "device" | "switch";
  events: StepEvent[];
}

/** Texts of the flows that ended copies: `host|bridge|flow`. */
export function deadFlows(sides: readonly { events: readonly StepEvent[] }[]): Set<string> {
  const dead = new Set<string>();
  for (const { events } of sides) {
    for (const event of events) {
      if (event.kind === "drop" && event.element.type === "flow")
        dead.add(`${event.host}|${event.element.bridge}|${event.element.text}`);
    }
  }
  return dead;
}

/** Drops the visits to bridges that only other copies made. Order is kept. */
export function withoutDetours<T extends Visit>(visits: readonly T[], dead: ReadonlySet<string>, ending?: Place): T[] {
  const out: T[] = [];
  let at = 0;
  while (at < visits.length) {
    const first = visits[at];
    if (!first) break;
    let end = at;
    while (visits[end]?.kind === "switch" && visits[end]?.host === first.host) end++;
    if (end === at) {
      out.push(first);
      at++;
      continue;
    }
    out.push(...pruneRun(visits.slice(at, end), visits[end], dead, ending));
    at = end;
  }
  return out;
}

/** One stay in a switch: visits to its bridges, and the device by which the frame left, if it did. */
function pruneRun<T extends Visit>(
  run: readonly T[],
  next: Visit | undefined,
  dead: ReadonlySet<string>,
  ending: Place | undefined,
): T[] {
  const alive = run.filter((visit) => !endedHere(visit, dead));
  if (!alive.some((visit) => visit.events.some((event) => event.kind === "flood")))
    return alive.length > 0 ? alive : [...run];
  if (!next) return unanswered(alive, ending);
  if (next.host !== run[0]?.host) return alive;
  const frame = next.events.find((event) => event.kind === "frame");
  if (frame && tunnelOf(frame.packet)) return throughTunnel(alive, frame.packet);
  const direct = alive.findIndex((visit) => sendsTo(visit, next.device));
  if (direct < 0) return alive;
  return alive.slice(0, direct + 1).filter((visit, at) => at === 0 || at === direct || leadsOn(visit));
}

/** A path that ends in a flood, with a verdict from elsewhere (nobody answered): no copy is more its end than another. */
function unanswered<T extends Visit>(run: readonly T[], ending: Place | undefined): T[] {
  const inside = run.some((visit) => visit.host === ending?.host && visit.device === ending.device);
  if (!ending || inside || !run.at(-1)?.events.some((event) => event.kind === "drop")) return [...run];
  const flood = run.findIndex((visit) =>
    visit.events.some((event) => event.kind === "flood" && event.ports.length > 1),
  );
  return run.slice(0, flood + 1);
}

function endedHere(visit: Visit, dead: ReadonlySet<string>): boolean {
  if (visit.events.some((event) => event.kind === "flood" || event.kind === "fdb")) return false;
  const flow = visit.events.findLast((event) => event.kind === "flow");
  return flow !== undefined && dead.has(`${visit.host}|${flow.bridge}|${flow.text}`);
}

function sendsTo(visit: Visit, device: string): boolean {
  return visit.events.some(
    (event) =>
      (event.kind === "flood" && event.ports.includes(device)) ||
      (event.kind === "fdb" && event.hit && event.port === device),
  );
}

/** A bridge that decided by its FDB or changed the frame is no mere neighbour of the flood. */
function leadsOn(visit: Visit): boolean {
  return visit.events.some((event) => event.kind === "rewrite" || event.kind === "decap");
}

/** Of several tunnels that got a copy, keeps the one whose outer header the leaving frame has. */
function throughTunnel<T extends Visit>(run: readonly T[], packet: PacketView): T[] {
  const tunnel = tunnelOf(packet);
  if (!tunnel) return [...run];
  const wraps = (visit: Visit) => visit.events.filter((event) => event.kind === "encap");
  const taken = run.findIndex((visit) => wraps(visit).some((event) => event.dst === tunnel.ends.dst));
  const first = run.findIndex((visit) => wraps(visit).length > 0);
  const [chosen, opener] = [run[taken], run[first]];
  if (!chosen || !opener) return [...run];
  const others = (event: StepEvent) =>
    (event.kind === "encap" && event.dst !== tunnel.ends.dst) ||
    (event.kind === "neighbour" && event.address !== tunnel.ends.dst);
  const isHeader = (event: StepEvent) => event.kind === "encap" || event.kind === "neighbour";
  const steps = taken === first ? opener.events : [...opener.events, ...chosen.events.filter(isHeader)];
  const merged: T = { ...opener, events: steps.filter((event) => !others(event)) };
  // The later tunnels' headers are told while the underlay's bridge still speaks of the one before.
  const below = taken !== first && chosen.device !== opener.device;
  const after = below
    ? { ...chosen, events: chosen.events.filter((event) => !isHeader(event)) }
    : run.slice(taken + 1).find((visit) => wraps(visit).length === 0);
  return [...run.slice(0, first), merged, ...(after ? [after] : [])];
}
