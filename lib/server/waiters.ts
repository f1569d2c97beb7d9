/** Requests that somebody waits for: work that nobody is in a hurry for lets them pass, before each of its slices. */
import { setTimeout } from "node:timers/promises";

/** What a page asks for next follows within this time. */
const QUIET_MS = 150;
/** As long as one slice waits for others, at most, and for each of them: some are streams that end with their console. */
const PATIENCE_MS = 1000;
/** Long enough for what has arrived to be seen. */
const LOOK_MS = 5;

interface Clock {
  now(): number;
  pause(milliseconds: number): Promise<unknown>;
}

export class Waiters {
  private readonly clock: Clock;
  private readonly open = new Set<{ since: number }>();
  private last = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock = { now: () => performance.now(), pause: (milliseconds) => setTimeout(milliseconds) }) {
    this.clock = clock;
  }

  /** @returns to be called when it is answered */
  enter(): () => void {
    const one = { since: this.clock.now() };
    this.open.add(one);
    return () => {
      this.open.delete(one);
      this.last = this.clock.now();
    };
  }

  /** When nobody waits any more, or after some time; at once when aborted. */
  async passed(signal?: AbortSignal): Promise<void> {
    const until = this.clock.now() + PATIENCE_MS;
    do await this.clock.pause(LOOK_MS);
    while (!signal?.aborted && this.isBusy() && this.clock.now() < until);
  }

  private isBusy(): boolean {
    const now = this.clock.now();
    return now - this.last < QUIET_MS || [...this.open].some(({ since }) => now - since < PATIENCE_MS);
  }
}
