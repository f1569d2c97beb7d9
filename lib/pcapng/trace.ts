/** A trace as a capture file: every frame of every leg and copy, on the device where a capture would have shown it. */
import type { StepEvent, TraceEvent } from "../datapath/event.ts";
import { decisionOf } from "../traceview/decision.ts";
import { legIdOf } from "../traceview/legs.ts";
import { frameBytes } from "./frame.ts";
import { type CapturedFrame, type CapturedInterface, pcapng } from "./writer.ts";

/** Between two frames, in ns: about what the recorded hosts took. */
const STEP_NS = 20_000n;

/** @param start when the first frame was sent, as the recording's time; the epoch where none is known. */
export function tracePcapng(events: Iterable<TraceEvent>, start: Date): Uint8Array {
  const interfaces: CapturedInterface[] = [];
  const known = new Map<string, number>();
  const frames: CapturedFrame[] = [];
  const steps = new Map<string, StepEvent[]>();
  let time = BigInt(start.getTime()) * 1_000_000n;
  for (const event of events) {
    if (event.kind === "verdict") continue;
    const path = `${legIdOf(event)}|${event.branch}`;
    const since = steps.get(path) ?? [];
    steps.set(path, since);
    if (event.kind !== "frame") {
      since.push(event);
      continue;
    }
    const name = `${event.host}/${event.netns}/${event.device}`;
    let at = known.get(name);
    if (at === undefined) {
      at = interfaces.length;
      known.set(name, at);
      interfaces.push({ name });
    }
    const bytes = Uint8Array.from(frameBytes(event.packet));
    frames.push({ at, direction: event.dir, time, bytes, comment: commentOf(event.leg, since) });
    steps.set(path, []);
    time += STEP_NS;
  }
  return pcapng("Underlay", interfaces, frames);
}

/** The leg, and what decided since the frame before on the same path. */
function commentOf(leg: StepEvent["leg"], since: readonly StepEvent[]): string {
  const decision = decisionOf({ events: since });
  return decision ? `${leg}: ${decision.event.host} ${decision.by} ${decision.text}` : leg;
}
