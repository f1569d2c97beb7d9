import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { DuplicateError } from "./collection.ts";
import { follow } from "./follow.ts";
import { openStore } from "./open.ts";
import type { Store, StoreEvent } from "./store.ts";
import { Writer } from "./testing/child.ts";
import { PostgresServer } from "./testing/postgres.ts";
import { written } from "./testing/writer.ts";

let server: PostgresServer;
let url: string;
let stores: Store[];
beforeAll(async () => {
  server = await PostgresServer.start();
}, 180_000);
afterAll(() => server.stop());
beforeEach(async () => {
  stores = [];
  url = await server.createDatabase();
});
afterEach(async () => {
  for (const store of stores) await store.close();
});

/** As another server process would. */
const open = async () => {
  const store = await openStore({ url }, { onError: () => {} });
  stores.push(store);
  return store;
};
const listen = (store: Store) => {
  const told: StoreEvent[] = [];
  store.subscribe((event) => told.push(event));
  return told;
};
const insert = (store: Store, id: string) => store.transaction((tx) => written.insert(tx, { id, name: id }));
const idsOf = (events: readonly { id: string }[]) => events.map((e) => e.id);

test("processes that start at once on an empty database make its tables once", async () => {
  await Promise.all(Array.from({ length: 5 }, open));
  for (const [n, store] of stores.entries()) await insert(store, `${n}`);
  expect(idsOf(await written.list((stores[0] as Store).read))).toEqual(["0", "1", "2", "3", "4"]);
});

test("every process hears all events of all processes, once and in the order of the commits", async () => {
  const [a, b] = [await open(), await open()];
  const heard = [listen(a), listen(b)];
  const children = [new Writer({ url }, "c1"), new Writer({ url }, "c2")];
  await Promise.all([
    ...children.map((child) => child.printed(50)),
    ...Array.from({ length: 100 }, (_, n) => insert(n % 2 === 0 ? a : b, `here-${n}`)),
  ]);
  await Promise.all(children.map((child) => child.kill()));
  const log = await a.events(0, 10_000);
  expect(log.length).toBeGreaterThanOrEqual(200);
  for (const told of heard) await expect.poll(() => told.length, { timeout: 10_000 }).toBe(log.length);
  for (const told of heard) expect(told).toEqual(log);
});

test("who follows the log from its beginning, while others write, is told all of it once", async () => {
  const [a, b] = [await open(), await open()];
  for (let n = 0; n < 150; n++) await insert(a, `early-${n}`);
  const child = new Writer({ url }, "c");
  const ending = new AbortController();
  const followed: StoreEvent[] = [];
  const following = (async () => {
    for await (const next of follow(b, 0, ending.signal)) if (next.kind === "event") followed.push(next.event);
  })();
  await Promise.all([child.printed(50), ...Array.from({ length: 50 }, (_, n) => insert(a, `late-${n}`))]);
  await child.kill();
  const log = await a.events(0, 10_000);
  await expect.poll(() => followed.length, { timeout: 10_000 }).toBe(log.length);
  ending.abort();
  await following;
  expect(followed).toEqual(log);
});

test("a process sees at once what another has changed, though it has read the object before", async () => {
  const [a, b] = [await open(), await open()];
  await insert(a, "x");
  for (let n = 0; n < 20; n++) {
    const [writer, reader] = n % 2 === 0 ? [a, b] : [b, a];
    await writer.transaction((tx) => written.update(tx, { id: "x", name: `${n}` }));
    expect((await written.get(reader.read, "x"))?.name).toBe(`${n}`);
    expect(await written.list(reader.read)).toEqual([{ id: "x", name: `${n}` }]);
  }
  await a.transaction((tx) => written.remove(tx, "x"));
  expect(await written.list(b.read)).toEqual([]);
});

test("500 writes at once from two processes, each for the lowest free number: 500 numbers", async () => {
  const pair = [await open(), await open()];
  const take = (store: Store, id: string) =>
    store.transaction(async (tx) => {
      const taken = new Set(await written.claimed(tx, "name"));
      let n = 0;
      while (taken.has(`${n}`)) n++;
      await written.list(store.read); // Readers have connections of their own.
      await written.insert(tx, { id, name: `${n}` });
    });
  await Promise.all(Array.from({ length: 500 }, (_, n) => take(pair[n % 2] as Store, `w${n}`)));
  const names = (await written.list((pair[0] as Store).read)).map((w) => Number(w.name));
  expect(names).toEqual(Array.from({ length: 500 }, (_, n) => n));
});

test("a value that two processes want at once goes to one", async () => {
  const pair = [await open(), await open()];
  const wanted = (store: Store, n: number) =>
    store.transaction((tx) => written.insert(tx, { id: `${n}`, name: "the one" }));
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => wanted(pair[n % 2] as Store, n)));
  const failed = results.filter((result) => result.status === "rejected");
  expect(failed).toHaveLength(19);
  for (const { reason } of failed) expect(reason).toBeInstanceOf(DuplicateError);
});

test("events that are committed while the listening connection is broken are told after it is back", async () => {
  const [a, b] = [await open(), await open()];
  const told = listen(b);
  await insert(a, "before");
  await expect.poll(() => idsOf(told)).toEqual(["before"]);
  const listening = "select pid from pg_stat_activity where query like 'listen %'";
  await server.administer(`select pg_terminate_backend(pid) from (${listening}) as listeners`);
  for (const id of ["1", "2", "3"]) await insert(a, id);
  await expect.poll(() => idsOf(told), { timeout: 10_000 }).toEqual(["before", "1", "2", "3"]);
});

test("every acknowledged write and every event survive kill -9 of the database server and of writers", async () => {
  const store = await open();
  const told = listen(store);
  const acknowledged: string[] = [];
  let writers = [new Writer({ url }, "a0"), new Writer({ url }, "b0")];
  for (let round = 1; round <= 4; round++) {
    await Promise.all(writers.map((writer) => writer.printed(10 * round)));
    await server.kill();
    await server.run();
    if (round === 2) {
      for (const writer of writers) await writer.kill();
      acknowledged.push(...writers.flatMap((writer) => writer.lines));
      writers = [new Writer({ url }, "a1"), new Writer({ url }, "b1")];
    }
  }
  await Promise.all(writers.map((writer) => writer.printed(60)));
  for (const writer of writers) await writer.kill();
  acknowledged.push(...writers.flatMap((writer) => writer.lines));
  const there = idsOf(await written.list(store.read));
  expect(there).toEqual(expect.arrayContaining(acknowledged));
  const log = await store.events(0, 10_000);
  expect(idsOf(log)).toEqual(there);
  await expect.poll(() => told.length, { timeout: 15_000 }).toBe(log.length);
  expect(told).toEqual(log);
});

test("a server that is not there, a database that is not, and one of a newer version are refused, without the password", async () => {
  const opening = (place: string) => openStore({ url: place });
  await expect(opening("postgres://u:secret@127.0.0.1:4199/x")).rejects.toThrow(
    "cannot use PostgreSQL at postgres://u@127.0.0.1:4199/x: connect ECONNREFUSED",
  );
  await expect(opening(url.replace(/test\d+/, "nowhere"))).rejects.toThrow('database "nowhere" does not exist');
  const store = await open();
  await store.transaction(({ db }) => sql`insert into kysely_migration values ('999-later', '2030-01-01')`.execute(db));
  await expect(opening(url)).rejects.toThrow("was made by a newer Underlay (its schema is 999-later)");
});
