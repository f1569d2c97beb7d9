/** What a transaction created: a driver that fails after the commit has all of it deleted again. plugin.py _create_bulk_ml2 */
import { serviceContext } from "../../identity/context.ts";
import type { Tx } from "../../store/store.ts";
import type { Change } from "../resource.ts";

type Remove = (change: Change) => Promise<void>;

const created = new WeakMap<Tx, Remove[]>();

/** Notes how an object is deleted, and answers what deletes all that this transaction created, newest first. */
export function undoCreated(change: Change, remove: Remove): () => Promise<void> {
  const all = created.get(change.tx) ?? [];
  created.set(change.tx, all);
  all.push(remove);
  return () =>
    change.neutron.change(serviceContext(change.context.requestId), async (undo) => {
      for (const one of all.splice(0).reverse()) await one(undo);
    });
}
