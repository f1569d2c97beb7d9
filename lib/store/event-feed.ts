/** Tells listeners of events, in the order of the log, however the news of them came: from here, from another process, or late. */
import type { StoreEvent } from "./store.ts";

export interface EventSource {
  events(since: number, limit: number): Promise<StoreEvent[]>;
  lastEvent(): Promise<{ newest: number }>;
}

const BATCH = 500;
const RETRY_MS = 500;

export class EventFeed {
  private readonly source: EventSource;
  private readonly onError: (error: unknown) => void;
  private readonly listeners = new Set<(event: StoreEvent) => void>();
  /** The newest event that all listeners were told of. */
  private told: number;
  private woken = false;
  private busy = false;
  private running: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;

  /** @param told the newest event before this feed began */
  constructor(source: EventSource, told: number, onError: (error: unknown) => void) {
    this.source = source;
    this.told = told;
    this.onError = onError;
  }

  subscribe(listener: (event: StoreEvent) => void): () => void {
    const own = (event: StoreEvent) => listener(event); // One function may listen twice.
    this.listeners.add(own);
    return () => void this.listeners.delete(own);
  }

  /** There may be new events. */
  wake(): void {
    this.woken = true;
    if (this.closed) return;
    if (this.busy) return;
    this.busy = true;
    this.running = this.run();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      // Nothing is awaited between the last look at `woken` and the end of `busy`: whoever wakes us later starts anew.
      while (this.woken && !this.closed) {
        this.woken = false;
        await this.tell();
      }
    } catch (error) {
      this.onError(error);
      this.retry = setTimeout(() => this.wake(), RETRY_MS).unref();
    } finally {
      this.busy = false;
    }
  }

  private async tell(): Promise<void> {
    if (this.listeners.size === 0) {
      const { newest } = await this.source.lastEvent();
      if (this.listeners.size === 0) this.told = newest;
      else this.woken = true; // Some of these may be the first that a new listener is to be told of.
      return;
    }
    for (;;) {
      const events = await this.source.events(this.told, BATCH);
      for (const event of events) {
        if (this.closed) return;
        this.told = event.seq;
        for (const listener of this.listeners) this.call(listener, event);
      }
      if (events.length < BATCH) return;
    }
  }

  private call(listener: (event: StoreEvent) => void, event: StoreEvent): void {
    try {
      listener(event);
    } catch (error) {
      this.onError(error);
    }
  }
}
