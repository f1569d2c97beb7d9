import { expect, test } from "vitest";
import { EventFeed } from "./event-feed.ts";
import type { StoreEvent } from "./store.ts";

/** A log that is written and read step by step. */
class FakeLog {
  readonly written: StoreEvent[] = [];
  failures = 0;
  /** Runs whenever the log is read, before what was read is handed out. */
  reading: () => void = () => {};

  write(...numbers: number[]): void {
    for (const seq of numbers)
      this.written.push({
        seq,
        kind: "k",
        id: `${seq}`,
        project_id: null,
        revision: 0,
        before: null,
        after: {},
        at: 0,
      });
  }

  async events(since: number, limit: number): Promise<StoreEvent[]> {
    if (this.failures-- > 0) throw new Error("the database is away");
    const found = this.written.filter((event) => event.seq > since).slice(0, limit);
    this.reading();
    return found;
  }

  async lastEvent() {
    const newest = this.written.at(-1)?.seq ?? 0;
    this.reading();
    return { newest };
  }
}

const start = (log: FakeLog) => {
  const told: number[] = [];
  const errors: unknown[] = [];
  const feed = new EventFeed(log, log.written.at(-1)?.seq ?? 0, (error) => errors.push(error));
  return { told, errors, feed, listen: () => feed.subscribe((event) => told.push(event.seq)) };
};

test("what was there before is not told; numbers may have gaps", async () => {
  const log = new FakeLog();
  log.write(1, 2);
  const { told, feed, listen } = start(log);
  listen();
  log.write(5, 9);
  feed.wake();
  await expect.poll(() => told).toEqual([5, 9]);
});

test("an event that comes while the log is read for the last time is told, too", async () => {
  const log = new FakeLog();
  const { told, feed, listen } = start(log);
  listen();
  let left = 5;
  log.reading = () => {
    if (left-- <= 0) return;
    log.write(10 - left);
    feed.wake();
  };
  log.write(1);
  feed.wake();
  await expect.poll(() => told).toEqual([1, 6, 7, 8, 9, 10]);
});

test("a listener that comes while the log's end is looked for misses nothing that follows", async () => {
  const log = new FakeLog();
  const { told, feed, listen } = start(log);
  log.reading = () => {
    log.reading = () => {};
    listen();
    log.write(2);
    feed.wake();
  };
  log.write(1);
  feed.wake();
  await expect.poll(() => told.at(-1)).toBe(2);
});

test("nobody is told of what was committed while nobody listened", async () => {
  const log = new FakeLog();
  const { told, feed, listen } = start(log);
  log.write(1, 2, 3);
  feed.wake();
  await feed.close();
  const later = start(log);
  later.listen();
  log.write(4);
  later.feed.wake();
  await expect.poll(() => later.told).toEqual([4]);
  listen();
  expect(told).toEqual([]);
});

test("a log that could not be read is read again", async () => {
  const log = new FakeLog();
  const { told, errors, feed, listen } = start(log);
  listen();
  log.failures = 2;
  log.write(1, 2);
  feed.wake();
  await expect.poll(() => told, { timeout: 10_000 }).toEqual([1, 2]);
  expect(errors).toHaveLength(2);
});

test("a closed feed tells nothing more, even in the middle of a batch", async () => {
  const log = new FakeLog();
  const { told, feed } = start(log);
  feed.subscribe((event) => {
    told.push(event.seq);
    void feed.close();
  });
  log.write(1, 2, 3);
  feed.wake();
  await feed.close();
  feed.wake();
  expect(told.length).toBeLessThanOrEqual(1);
});
