/** The store against a plain list that is changed in the same way: whatever happens, both say the same. */
import fc from "fast-check";
import { expect } from "vitest";
import { Collection, DuplicateError } from "../collection.ts";
import type { Reader, Store } from "../store.ts";

interface Item {
  readonly id: string;
  readonly project_id: string | null;
  readonly name: string;
  readonly tags: readonly string[];
}

type Step =
  | { readonly kind: "insert" | "update"; readonly item: Item }
  | { readonly kind: "remove"; readonly id: string }
  | { readonly kind: "look" };
interface Work {
  readonly steps: readonly Step[];
  readonly fails: boolean;
}

// Few values: ids, names and tags must meet again and again.
const id = fc.constantFrom("a", "b", "c", "d");
const tag = fc.constantFrom("x", "y", "z");
const item: fc.Arbitrary<Item> = fc.record({
  id,
  project_id: fc.constantFrom("p", "q", null),
  name: fc.constantFrom("n1", "n2", "n3", "n4", "n5"),
  tags: fc.array(tag, { maxLength: 3 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom("insert" as const, "update" as const), item }),
  fc.record({ kind: fc.constant("remove" as const), id }),
  fc.record({ kind: fc.constant("look" as const) }),
);
export const works: fc.Arbitrary<Work[]> = fc.array(
  fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 6 }), fails: fc.boolean() }),
  { maxLength: 8 },
);

/** @param kind one that the store does not have yet */
export async function compare(store: Store, kind: string, list: readonly Work[]): Promise<void> {
  const items = new Collection<Item>(kind, { keys: { tag: (i) => i.tags }, unique: { name: (i) => i.name } });
  let committed: Item[] = [];
  for (const { steps, fails } of list) {
    let model = committed;
    const done = store.transaction(async (tx) => {
      for (const step of steps) {
        if (step.kind === "look") await same(tx, items, model);
        else if (step.kind === "remove") {
          expect(await items.remove(tx, step.id)).toBe(model.some((i) => i.id === step.id));
          model = model.filter((i) => i.id !== step.id);
        } else model = await write(step.kind, step.item, model);
      }
      if (fails) throw new Error("undo");

      async function write(how: "insert" | "update", item: Item, before: Item[]): Promise<Item[]> {
        const known = before.some((i) => i.id === item.id);
        const taken = (how === "insert" && known) || before.some((i) => i.id !== item.id && i.name === item.name);
        const writing = items[how](tx, item);
        if (how === "update" && !known) await expect(writing).rejects.toThrow("is not there to be changed");
        else if (taken) await expect(writing).rejects.toThrow(DuplicateError);
        else {
          await writing;
          return known ? before.map((i) => (i.id === item.id ? item : i)) : [...before, item];
        }
        return before;
      }
    });
    if (fails) await expect(done).rejects.toThrow("undo");
    else {
      await done;
      committed = model;
    }
    await same(store.read, items, committed);
  }
}

async function same(reader: Reader, items: Collection<Item>, model: readonly Item[]): Promise<void> {
  expect(await items.list(reader)).toEqual(model);
  expect(await items.count(reader)).toBe(model.length);
  expect(await items.claimed(reader, "name")).toEqual(model.map((i) => i.name).toSorted());
  for (const one of ["x", "y"])
    expect(await items.list(reader, { keys: { tag: one } })).toEqual(model.filter((i) => i.tags.includes(one)));
  const some = { projectIds: ["p"], ids: ["a", "b"] };
  expect(await items.list(reader, some)).toEqual(
    model.filter((i) => i.project_id === "p" && ["a", "b"].includes(i.id)),
  );
  expect(await items.get(reader, "c")).toEqual(model.find((i) => i.id === "c"));
  expect(await items.holder(reader, "name", "n1")).toBe(model.find((i) => i.name === "n1")?.id);
}
