/** The log of events from any number on, without an end: what was missed first, then what comes. */
import type { Store, StoreEvent } from "./store.ts";

export type Followed =
  | { readonly kind: "event"; readonly event: StoreEvent }
  /** Events between are gone for good: everything is to be read anew. What follows comes after `seq`. */
  | { readonly kind: "reset"; readonly seq: number };

/** Events that wait for a reader: one that is slower reads them from the log instead, when it is ready. */
const WAITING = 200;
const BATCH = 100;

/**
 * Takes no more memory for a slow reader than for a fast one.
 * @param since the last number that the reader has seen
 * @param signal ends it
 */
export async function* follow(store: Store, since: number, signal: AbortSignal): AsyncGenerator<Followed, void> {
  const inbox = new Inbox(signal);
  const stop = store.subscribe((event) => inbox.push(event));
  try {
    let seen = since;
    const { newest } = await store.lastEvent();
    if (seen > newest) {
      seen = newest; // Numbers of another database.
      yield { kind: "reset", seq: seen };
    }
    while (!signal.aborted) {
      const next = inbox.refill() ? readLog(store, seen) : inbox.take();
      for await (const followed of next) {
        const seq = followed.kind === "reset" ? followed.seq : followed.event.seq;
        if (followed.kind === "event" && seq <= seen) continue; // Was in the log already.
        if (signal.aborted) return;
        seen = seq;
        yield followed;
      }
      await inbox.filled();
    }
  } finally {
    stop();
    inbox.close();
  }
}

/** From the number after `seen` to the log's end. */
async function* readLog(store: Store, seen: number): AsyncGenerator<Followed, void> {
  for (let last = seen; ; ) {
    const events = await store.events(last, BATCH);
    const first = events[0]?.seq;
    if (first === undefined) return;
    if (first > last + 1) {
      // A number that no transaction kept, or events that the log has forgotten.
      const { oldest } = await store.lastEvent();
      if (oldest > last + 1) {
        last = oldest - 1;
        yield { kind: "reset", seq: last };
        continue;
      }
    }
    for (const event of events) {
      last = event.seq;
      yield { kind: "event", event };
    }
  }
}

/** What was told while the reader was busy, unless that became too much. */
class Inbox {
  private readonly signal: AbortSignal;
  private events: Followed[] = [];
  /** There is more in the log than here. */
  private overflown = true;
  private wake: () => void = () => {};
  private readonly aborted = () => this.wake();

  constructor(signal: AbortSignal) {
    this.signal = signal;
    signal.addEventListener("abort", this.aborted);
  }

  push(event: StoreEvent): void {
    if (this.overflown) return;
    this.events.push({ kind: "event", event });
    if (this.events.length > WAITING) {
      this.overflown = true;
      this.events = [];
    }
    this.wake();
  }

  /** Whether the log must be read; from now on everything is kept here again. */
  refill(): boolean {
    if (!this.overflown) return false;
    this.overflown = false;
    this.events = [];
    return true;
  }

  take(): Followed[] {
    const events = this.events;
    this.events = [];
    return events;
  }

  async filled(): Promise<void> {
    if (this.events.length > 0 || this.overflown || this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
  }

  close(): void {
    this.signal.removeEventListener("abort", this.aborted);
  }
}
