/** The timeline: one row a hop. */

import type { VerdictEvent } from "../datapath/event.ts";
import { type Decision, decisionOf } from "./decision.ts";
import { summarise } from "./diff.ts";
import { follow } from "./follow.ts";
import { type Hop, hopsOf } from "./hops.ts";
import { type LegView, legIdOf, type SideBranch } from "./legs.ts";

export interface Row {
  hop: Hop;
  /** 1-based, as shown. */
  number: number;
  place: string;
  decision?: Decision;
  /** E.g. `TTL 64 → 63`. */
  changes: string[];
  /** Copies that a flood at this hop made besides the followed one. */
  copies: SideBranch[];
}

export function rowsOf(leg: LegView, verdict?: VerdictEvent): Row[] {
  const ending = verdict && legIdOf(verdict) === leg.id ? verdict : undefined;
  const { events, sides } = follow(leg, ending);
  const hops = hopsOf(events, sides, ending);
  const copies = copiesByHop(hops, sides);
  return hops.map((hop) => {
    const decision = decisionOf(hop);
    return {
      hop,
      number: hop.index + 1,
      place: `${hop.host} · ${hop.device}`,
      ...(decision && { decision }),
      changes: hop.before && hop.after ? summarise(hop.before, hop.after) : [],
      copies: copies.get(hop.index) ?? [],
    };
  });
}

/** A copy belongs to the flood that sent it: by the port where it left, else the first flood of its host, else the wire between hosts. */
function copiesByHop(hops: readonly Hop[], sides: readonly SideBranch[]): Map<number, SideBranch[]> {
  const byHop = new Map<number, SideBranch[]>();
  for (const side of sides) {
    const first = side.events[0];
    if (!first) continue;
    const here = hops.filter((hop) => hop.host === first.host && floods(hop).length > 0);
    const maker =
      here.find((hop) => floods(hop).some((event) => event.ports.includes(first.device))) ??
      here.find((hop) => floods(hop).some((event) => event.ports.length > 1)) ??
      hops.find((hop, at) => hop.kind === "device" && hops[at + 1] !== undefined && hops[at + 1]?.host !== hop.host) ??
      hops.findLast((hop) => (hop.events[0]?.seq ?? 0) < first.seq) ??
      hops[0];
    if (maker) byHop.set(maker.index, [...(byHop.get(maker.index) ?? []), side]);
  }
  return byHop;
}

function floods(hop: Hop) {
  return hop.events.filter((event) => event.kind === "flood");
}

/** Where a copy ended, in a word: the guest or device that it reached last. */
export function endOfCopy(side: SideBranch): { place: string; outcome: "delivered" | "dropped" | "left" | "ended" } {
  const last = side.events.at(-1);
  const outcome = side.events.some((event) => event.kind === "deliver")
    ? "delivered"
    : last?.kind === "drop"
      ? "dropped"
      : last?.kind === "exit"
        ? "left"
        : "ended";
  const guest = last?.netns.startsWith("guest:") ? last.netns.slice("guest:".length) : undefined;
  return { place: last ? `${last.host} · ${guest ?? last.device}` : "", outcome };
}
