/** What was sent lately, cloud by cloud: bounded, in memory, for captures on simulated devices. */
import type { TraceEvent } from "../../datapath/event.ts";
import { Counts } from "./counters.ts";
import { type CapturedFrame, frameOf } from "./frame.ts";
import type { Memory } from "./memory.ts";

const FRAMES = 10_000;
const CLOUDS = 8;

export class TrafficLog {
  /** What pings have left on the hosts of the embedded cloud, the only ones that change. */
  memories: readonly Memory[] = [];
  /** What packets were counted with on them; recordings have counters of their own. */
  readonly counts = new Counts();
  private readonly clouds = new Map<string, { readonly frames: CapturedFrame[]; readonly count: number }>();

  /** Oldest first. @param after how many had been sent when the caller last looked */
  of(cloud: string, after = 0): readonly CapturedFrame[] {
    const { frames = [], count = 0 } = this.clouds.get(cloud) ?? {};
    return after === 0 ? frames : frames.slice(Math.max(0, frames.length - Math.max(0, count - after)));
  }

  /** How many were ever sent. */
  count(cloud: string): number {
    return this.clouds.get(cloud)?.count ?? 0;
  }

  add(cloud: string, frames: readonly CapturedFrame[]): void {
    if (frames.length === 0) return;
    const all = { frames: [...this.of(cloud), ...frames].slice(-FRAMES), count: this.count(cloud) + frames.length };
    // The one that was used last is kept longest.
    this.clouds.delete(cloud);
    this.clouds.set(cloud, all);
    const [oldest] = this.clouds.keys();
    if (this.clouds.size > CLOUDS && oldest !== undefined) this.clouds.delete(oldest);
  }

  /**
   * Passes a trace's events on, and keeps its frames once it is over.
   * @param now milliseconds since 1970 @param counted whether the cloud is the embedded one
   */
  *follow(cloud: string, events: Iterable<TraceEvent>, now: number, counted: boolean): Generator<TraceEvent> {
    const frames: CapturedFrame[] = [];
    const seen: TraceEvent[] = [];
    try {
      for (const event of events) {
        if (counted) seen.push(event);
        const frame = frames.length < FRAMES ? frameOf(event, now) : undefined;
        if (frame) frames.push(frame);
        yield event;
      }
    } finally {
      this.add(cloud, frames);
      if (counted) this.counts.add(seen);
    }
  }
}
