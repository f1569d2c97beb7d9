/** What the store promises, on whichever database: both run the same tests. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Collection, DuplicateError } from "../collection.ts";
import type { StoreOptions } from "../sql-store.ts";
import type { Store, StoreEvent, Tx } from "../store.ts";
import { compare, works } from "./model.ts";

export interface TestPlace {
  /** Opens the same database, as the same or another process would. */
  open(options?: StoreOptions): Promise<Store>;
  /** After the stores were closed. */
  remove(): Promise<void>;
}

interface Thing {
  id: string;
  project_id: string | null;
  name: string;
  tags: string[];
}
const things = new Collection<Thing>("thing", {
  keys: { tag: (t) => t.tags, project: (t) => t.project_id },
  unique: { name: (t) => t.name },
});
const silent = new Collection<Thing>("whisper", { silent: true });
const thing = (id: string, more: Partial<Thing> = {}): Thing => ({ id, project_id: "p", name: id, tags: [], ...more });
const ids = (list: readonly Thing[]) => list.map((t) => t.id);

export function storeContract(database: string, newPlace: () => Promise<TestPlace>): void {
  let place: TestPlace;
  let store: Store;
  beforeEach(async () => {
    place = await newPlace();
    store = await place.open();
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });
  const insert = (...list: Thing[]) =>
    store.transaction(async (tx) => {
      for (const one of list) await things.insert(tx, one);
    });
  const update = (one: Thing) => store.transaction((tx) => things.update(tx, one));

  describe(`${database}: objects`, () => {
    test("what a transaction wrote is there after it, and after opening again", async () => {
      await insert(thing("a", { tags: ["x", "y"] }));
      await store.close();
      store = await place.open();
      expect(await things.get(store.read, "a")).toEqual(thing("a", { tags: ["x", "y"] }));
      expect(await things.list(store.read, { keys: { tag: "y" } })).toHaveLength(1);
      expect(await things.count(store.read, { keys: { tag: ["z"] } })).toBe(0);
    });

    test("lists are in the order of creation, whatever they are found by", async () => {
      await insert(thing("c", { tags: ["t"] }), thing("a", { tags: ["t", "u"] }), thing("b", { tags: ["u"] }));
      await insert(thing("d", { project_id: "q", tags: ["t"] }), thing("e", { project_id: null }));
      await update(thing("c", { name: "changed", tags: ["t"] }));
      const { read } = store;
      expect(ids(await things.list(read))).toEqual(["c", "a", "b", "d", "e"]);
      expect(ids(await things.list(read, { keys: { tag: "t" } }))).toEqual(["c", "a", "d"]);
      expect(ids(await things.list(read, { keys: { tag: ["u", "t"], project: "p" } }))).toEqual(["c", "a", "b"]);
      expect(ids(await things.list(read, { keys: { name: ["b", "changed"] } }))).toEqual(["c", "b"]);
      expect(ids(await things.list(read, { projectIds: ["q", "p"], ids: ["d", "e", "a"] }))).toEqual(["a", "d"]);
      expect(ids(await things.list(read, { projectIds: [] }))).toEqual([]);
      expect(ids(await things.list(read, { ids: [] }))).toEqual([]);
      expect(await things.count(read)).toBe(5);
      expect(await things.count(read, { projectIds: ["p"] })).toBe(3);
      expect(await things.count(read, { keys: { tag: "t" }, ids: ["a", "b"] })).toBe(1);
      await expect(things.list(read, { keys: { colour: "red" } })).rejects.toThrow("thing has no key colour");
    });

    test("a change moves an object from one key to another", async () => {
      await insert(thing("a", { tags: ["x", "y"] }));
      await update(thing("a", { tags: ["y", "z"] }));
      for (const [tag, found] of [
        ["x", 0],
        ["y", 1],
        ["z", 1],
      ] as const)
        expect(await things.count(store.read, { keys: { tag } })).toBe(found);
    });

    test("a removed object is found by nothing, and its values are free", async () => {
      await insert(thing("a", { tags: ["x"] }));
      expect(await store.transaction((tx) => things.remove(tx, "a"))).toBe(true);
      expect(await store.transaction((tx) => things.remove(tx, "a"))).toBe(false);
      expect(await things.get(store.read, "a")).toBeUndefined();
      expect(await things.list(store.read, { keys: { tag: "x" } })).toEqual([]);
      await insert(thing("b", { name: "a" }), thing("a", { name: "again" }));
      expect(ids(await things.list(store.read))).toEqual(["b", "a"]);
    });

    test("what is read cannot be changed for others, and later changes to what was written stay outside", async () => {
      const mine = thing("a", { tags: ["x"] });
      await store.transaction(async (tx) => {
        await things.insert(tx, mine);
        mine.tags.push("y");
        expect((await things.get(tx, "a"))?.tags).toEqual(["x"]);
      });
      const read = await things.get(store.read, "a");
      expect(() => read?.tags.push("z")).toThrow(TypeError);
      expect(await things.list(store.read)).toEqual([thing("a", { tags: ["x"] })]);
    });

    test("are what a plain list would be, after any transactions, undone ones too", async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(works, (list) => compare(store, `item-${run++}`, list)),
        { numRuns: 40 },
      );
    });

    test("thousands are listed by their ids", async () => {
      const many = Array.from({ length: 1_500 }, (_, i) => thing(`id-${i}`, { tags: [`t${i % 2}`] }));
      await insert(...many);
      const wanted = many.map((t) => t.id);
      expect(await things.list(store.read, { ids: wanted.toReversed() })).toEqual(many);
      await store.close();
      store = await place.open();
      expect(await things.list(store.read, { ids: wanted })).toEqual(many);
      expect(await things.count(store.read, { ids: wanted, keys: { tag: "t1" } })).toBe(750);
    });

    test("text of any kind is kept: other scripts, quotes, a character that databases cannot hold", async () => {
      const odd = thing("odd", { name: "名'\"; drop table objects; --\\\0", tags: ["ä\0", "?", "$1", "%", "😀"] });
      await insert(odd);
      expect(await things.list(store.read, { keys: { tag: "ä\0" } })).toEqual([odd]);
      expect(await things.list(store.read, { keys: { tag: ["😀", "x"] } })).toEqual([odd]);
      expect(await things.holder(store.read, "name", odd.name)).toBe("odd");
      expect(await things.get(store.read, "\0")).toBeUndefined();
    });

    test("so are ids of any kind, and projects'", async () => {
      const odd = thing("o\0", { project_id: "p\0" });
      await insert(odd);
      const changed = await update({ ...odd, tags: ["x"] });
      expect(await things.get(store.read, odd.id)).toEqual(changed);
      expect(await things.list(store.read, { projectIds: ["p\0"] })).toEqual([changed]);
      await store.transaction((tx) => things.remove(tx, odd.id));
      expect(await things.count(store.read)).toBe(0);
    });
  });

  describe(`${database}: unique values`, () => {
    test("are held by one alone, and free again after a change", async () => {
      await insert(thing("a"));
      await expect(insert(thing("b", { name: "a" }))).rejects.toThrow(DuplicateError);
      await update(thing("a", { name: "other" }));
      await insert(thing("b", { name: "a" }));
      expect(await things.holder(store.read, "name", "a")).toBe("b");
      expect(await things.holder(store.read, "name", "nobody")).toBeUndefined();
    });

    test("an id is one", async () => {
      await insert(thing("a"));
      await expect(insert(thing("a", { name: "b" }))).rejects.toMatchObject({ kind: "thing", field: "id", value: "a" });
    });

    test("a refused write leaves nothing, and its transaction goes on", async () => {
      await insert(thing("a"), thing("b", { tags: ["x"] }));
      await store.transaction(async (tx) => {
        await expect(things.insert(tx, thing("c", { name: "a", tags: ["x"] }))).rejects.toThrow(DuplicateError);
        await expect(things.update(tx, thing("b", { name: "a", tags: ["y"] }))).rejects.toThrow("thing has name a");
        expect(await things.get(tx, "b")).toEqual(thing("b", { tags: ["x"] }));
        await things.insert(tx, thing("c"));
      });
      expect(await things.list(store.read)).toEqual([thing("a"), thing("b", { tags: ["x"] }), thing("c")]);
      expect(ids(await things.list(store.read, { keys: { tag: ["x", "y"] } }))).toEqual(["b"]);
      expect((await store.events(0)).map((e) => e.id)).toEqual(["a", "b", "c"]);
    });

    test("are listed by their beginnings, byte by byte", async () => {
      await insert(...["s1/10", "s1-b", "s1/9", "S1/1", "s10/1", "s1/é"].map((name) => thing(name)));
      expect(await things.claimed(store.read, "name", "s1/")).toEqual(["s1/10", "s1/9", "s1/é"]);
      expect(await things.claimed(store.read, "name")).toHaveLength(6);
    });
  });

  describe(`${database}: transactions`, () => {
    test("one that throws leaves nothing", async () => {
      const failing = store.transaction(async (tx) => {
        await things.insert(tx, thing("a"));
        throw new Error("no");
      });
      await expect(failing).rejects.toThrow("no");
      expect(await things.list(store.read)).toEqual([]);
      expect(await store.lastEvent()).toEqual({ newest: 0, oldest: 0 });
      await insert(thing("a", { name: "second" }));
      expect((await things.get(store.read, "a"))?.name).toBe("second");
    });

    test("sees its own writes, which nobody else sees before its end", async () => {
      await insert(thing("a"), thing("b"), thing("c"));
      await store.transaction(async (tx) => {
        await things.update(tx, thing("a", { name: "n", tags: ["x"] }));
        await things.remove(tx, "b");
        await things.insert(tx, thing("d"));
        expect(await things.list(tx)).toEqual([thing("a", { name: "n", tags: ["x"] }), thing("c"), thing("d")]);
        expect(ids(await things.list(tx, { keys: { tag: "x" } }))).toEqual(["a"]);
        expect(await things.get(tx, "b")).toBeUndefined();
        expect(await things.list(store.read)).toEqual([thing("a"), thing("b"), thing("c")]);
      });
      expect(ids(await things.list(store.read))).toEqual(["a", "c", "d"]);
    });

    test("run one after another, each on what the earlier ones left", async () => {
      await insert(thing("n", { tags: ["0"] }));
      const increment = async (tx: Tx) => {
        const n = Number((await things.get(tx, "n"))?.tags[0]);
        await things.update(tx, thing("n", { tags: [String(n + 1)] }));
        return n;
      };
      const before = await Promise.all(Array.from({ length: 100 }, () => store.transaction(increment)));
      expect(before.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
      expect((await things.get(store.read, "n"))?.tags).toEqual(["100"]);
    });

    test("one within another says so instead of waiting for itself", async () => {
      const nested = store.transaction(() => store.transaction(async () => {}));
      await expect(nested).rejects.toThrow("within another");
      await store.transaction(async (tx) => tx.afterCommit(() => insert(thing("after"))));
      expect(ids(await things.list(store.read))).toEqual(["after"]);
    });

    test("one that has ended takes nothing more", async () => {
      const ended = await store.transaction(async (tx) => tx);
      await expect(things.insert(ended, thing("late"))).rejects.toThrow(/transaction|ended/i);
      expect(await things.list(store.read)).toEqual([]);
    });

    test("those that have begun are finished when the store is closed; later ones are refused", async () => {
      const writing = ["a", "b", "c"].map((id) => insert(thing(id)));
      const closing = store.close();
      await expect(insert(thing("late"))).rejects.toThrow("the store is closed");
      await Promise.all([...writing, closing]);
      store = await place.open();
      expect(ids(await things.list(store.read))).toEqual(["a", "b", "c"]);
    });

    test("what is to follow a commit runs after it, in order, all of it; its first failure is told", async () => {
      const others: unknown[] = [];
      await store.close();
      store = await place.open({ onError: (error) => others.push(error) });
      const done: string[] = [];
      const committed = store.transaction(async (tx) => {
        await things.insert(tx, thing("a"));
        tx.afterCommit(async () => void done.push(`1: ${ids(await things.list(store.read))}`));
        for (const n of [2, 3])
          tx.afterCommit(() => {
            done.push(String(n));
            throw new Error(`failure ${n}`);
          });
        tx.afterCommit(() => void done.push("4"));
      });
      await expect(committed).rejects.toThrow("failure 2");
      expect(done).toEqual(["1: a", "2", "3", "4"]);
      expect(others).toEqual([new Error("failure 3")]);
      const rolledBack = store.transaction(async (tx) => {
        tx.afterCommit(() => void done.push("never"));
        throw new Error("no");
      });
      await expect(rolledBack).rejects.toThrow("no");
      expect(done).toHaveLength(4);
    });
  });

  describe(`${database}: events`, () => {
    const collect = () => {
      const told: StoreEvent[] = [];
      const stop = store.subscribe((event) => told.push(event));
      return { told, stop };
    };

    test("are told in order, with before and after", async () => {
      const { told } = collect();
      await insert(thing("a"));
      await update(thing("a", { name: "n" }));
      await store.transaction((tx) => silent.insert(tx, thing("a")));
      await store.transaction((tx) => things.remove(tx, "a"));
      await expect.poll(() => told.length).toBe(3);
      expect(told.map((e) => [e.kind, e.id, e.before, e.after])).toEqual([
        ["thing", "a", null, thing("a")],
        ["thing", "a", thing("a"), thing("a", { name: "n" })],
        ["thing", "a", thing("a", { name: "n" }), null],
      ]);
      expect(await store.events(0)).toEqual(told);
    });

    test("of before the opening are not told again", async () => {
      await insert(thing("a"));
      await store.close();
      store = await place.open();
      const { told } = collect();
      await insert(thing("b"));
      await expect.poll(() => told.length).toBe(1);
      expect(told.map((e) => e.id)).toEqual(["b"]);
    });

    test("reach every listener once and in order, though one throws and many write at once", async () => {
      await store.close();
      const failures: unknown[] = [];
      store = await place.open({ onError: (error) => failures.push(error) });
      store.subscribe(() => {
        throw new Error("listener");
      });
      const { told, stop } = collect();
      await Promise.all(Array.from({ length: 200 }, (_, i) => insert(thing(`${i}`), thing(`${i}+`))));
      await expect.poll(() => told.length).toBe(400);
      const numbers = told.map((e) => e.seq);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(new Set(told.map((e) => e.id)).size).toBe(400);
      expect(failures).toHaveLength(400);
      stop();
      await insert(thing("unheard"));
      await expect.poll(() => failures.length).toBe(401);
      expect(told).toHaveLength(400);
    });

    test("that a listener's own writes leave reach it, too", async () => {
      const { told } = collect();
      store.subscribe(({ id }) => void (id.length < 4 && insert(thing(`${id}a`))));
      await insert(thing("a"));
      await expect.poll(() => told.map((e) => e.id)).toEqual(["a", "aa", "aaa", "aaaa"]);
    });

    test("are read by number, and forgotten when they are old", async () => {
      await store.close();
      store = await place.open({ keepEvents: 10 });
      for (let i = 0; i < 35; i++) await insert(thing(`${i}`));
      const { newest, oldest } = await store.lastEvent();
      const kept = await store.events(0);
      expect([kept[0]?.seq, kept.at(-1)?.seq]).toEqual([oldest, newest]);
      expect(kept.at(-1)?.id).toBe("34");
      expect(kept.length).toBeGreaterThanOrEqual(10);
      expect(kept.length).toBeLessThan(21);
      expect((await store.events(newest - 3, 2)).map((e) => e.id)).toEqual(["32", "33"]);
    });
  });
}
