/** A trace as the page shows it: legs with their rows, the verdict, and the hop at fault. */
import type { TraceEvent, VerdictEvent } from "../datapath/event.ts";
import { type LegView, legIdOf, legsOf, verdictOf } from "./legs.ts";
import { type Row, rowsOf } from "./rows.ts";

export interface ShownLeg extends LegView {
  rows: Row[];
}

export interface TraceView {
  legs: ShownLeg[];
  verdict?: VerdictEvent;
  /** Where the packet's way ended, when it did not end well. `dropped`: it was stopped there, and not just missed. */
  fault?: { leg: string; hop: number; dropped: boolean };
}

export function viewOf(events: readonly TraceEvent[]): TraceView {
  const verdict = verdictOf(events);
  const legs = legsOf(events).map((leg): ShownLeg => ({ ...leg, rows: rowsOf(leg, verdict) }));
  const fault = verdict && faultOf(legs, verdict);
  return { legs, ...(verdict && { verdict }), ...(fault && { fault }) };
}

function faultOf(legs: readonly ShownLeg[], verdict: VerdictEvent): TraceView["fault"] {
  if (verdict.outcome === "delivered" || verdict.outcome === "exited") return undefined;
  const leg =
    legs.find((one) => one.id === legIdOf(verdict)) ?? legs.findLast((one) => one.leg === verdict.leg) ?? legs.at(-1);
  const row = leg && rowAtFault(leg.rows, verdict);
  if (!leg || !row) return undefined;
  const dropped = row === leg.rows.at(-1) || row.hop.events.some((event) => event.kind === "drop");
  return { leg: leg.id, hop: row.hop.index, dropped };
}

/** The hop that the verdict names; where the path has no such device (it never got there), the nearest that it has. */
function rowAtFault(rows: readonly Row[], verdict: VerdictEvent): Row | undefined {
  const at = ({ hop }: Row) =>
    hop.host === verdict.host && hop.netns === verdict.netns && hop.device === verdict.device;
  const named = rows.filter(at);
  return (
    named.findLast((row) => row.hop.events.some((event) => event.kind === "drop")) ??
    named.at(-1) ??
    rows.findLast(({ hop }) => verdict.netns !== "root" && hop.host === verdict.host && hop.netns === verdict.netns) ??
    rows.at(-1)
  );
}

/** The leg to open with: the one at fault, else the request, else the first. */
export function firstLeg(view: TraceView): ShownLeg | undefined {
  const wanted = view.fault?.leg;
  return (
    view.legs.find((leg) => leg.id === wanted) ??
    view.legs.find((leg) => leg.id === "request") ??
    view.legs.find((leg) => leg.id === "dhcp-ack") ??
    view.legs[0]
  );
}

/** The hop to open a leg with: the fault, else the last, so that the whole path is lit. */
export function firstStep(view: TraceView, leg: ShownLeg): number {
  return view.fault?.leg === leg.id && view.fault.dropped ? view.fault.hop : Math.max(0, leg.rows.length - 1);
}
