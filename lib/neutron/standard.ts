/** What nearly all resources have. Source: neutron/db/standard_attr.py, neutron_lib/api/definitions/{project_id,revisions,timestamp,stdattrs_common}.py. */
import type { Collection, Stored } from "../store/collection.ts";
import type { Tx } from "../store/store.ts";
import { anything, integer, text, uuid } from "./kind/kind.ts";
import type { Change } from "./resource.ts";

export interface Standard extends Stored {
  readonly id: string;
  readonly project_id: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly created_at: string;
  readonly updated_at: string;
  readonly revision_number: number;
}

/** Longest values: neutron_lib/db/constants.py. */
export const NAME_SIZE = 255;
export const DESCRIPTION_SIZE = 255;

export const idAttribute = { kind: uuid, filter: true, sort: true };
export const nameAttribute = {
  kind: text(NAME_SIZE),
  post: true,
  put: true,
  default: "",
  filter: true,
  sort: true,
};
/** tenant_id is the old name of project_id; both stand in every answer. */
export const ownerAttributes = {
  tenant_id: { kind: text(NAME_SIZE), post: true, default: undefined, filter: true, sort: true },
  project_id: { kind: text(NAME_SIZE), post: true, default: undefined, filter: true, sort: true },
};
export const standardAttributes = {
  description: { kind: text(DESCRIPTION_SIZE), post: true, put: true, default: "", filter: true, sort: true },
  created_at: { kind: anything, sort: true, filter: true },
  updated_at: { kind: anything, sort: true, filter: true },
  revision_number: { kind: integer(), sort: true, filter: true },
  tags: { kind: anything },
};

/** A second, as Neutron writes it. @param now milliseconds since 1970 */
export function timestamp(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}

/** The standard part of a new object. */
export function standard(change: Change, values: { project_id?: unknown; description?: unknown }): Standard {
  const at = timestamp(change.tx.now);
  return {
    id: change.neutron.newId(),
    project_id: String(values.project_id ?? ""),
    description: String(values.description ?? ""),
    tags: [],
    created_at: at,
    updated_at: at,
    revision_number: 0,
  };
}

/** Objects whose revision this transaction has raised, as `kind/id`. */
const raised = new WeakMap<Tx, Set<string>>();

/** Writes a changed object: its revision rises once in a transaction, however often it is written. */
export async function save<T extends Standard>(
  change: Change,
  collection: Collection<T>,
  row: T,
  changes: Partial<T> = {},
): Promise<T> {
  const before = await collection.get(change.tx, row.id);
  const done = raised.get(change.tx) ?? new Set();
  raised.set(change.tx, done);
  const key = `${collection.kind}/${row.id}`;
  const revision = (before ?? row).revision_number;
  const next = done.has(key) ? revision : revision + 1;
  done.add(key);
  return collection.update(change.tx, {
    ...row,
    ...changes,
    revision_number: next,
    updated_at: timestamp(change.tx.now),
  });
}

/** For a change of what belongs to an object, but is not kept in it: rules of a group, policies of a network. */
export async function raiseRevision<T extends Standard>(
  change: Change,
  collection: Collection<T>,
  row: T,
): Promise<void> {
  if (!raised.get(change.tx)?.has(`${collection.kind}/${row.id}`)) await save(change, collection, row);
}

export function isStandard<T extends Stored>(row: T): row is T & Standard {
  return "revision_number" in row && "tags" in row;
}
