/** A new object with all that stands beside it: in one statement where each is a way to a server and back. */
import { run, storable } from "./statement.ts";
import type { Tx } from "./store.ts";
import { add, claim, type Pair, unclaim } from "./values.ts";

export interface NewObject {
  readonly kind: string;
  readonly id: string;
  readonly projectId: string | null;
  readonly version: number;
  readonly body: string;
  readonly claims: readonly Pair[];
  readonly keys: readonly Pair[];
}

export type Inserted =
  | { readonly kind: "inserted"; readonly seq: number }
  /** Another object has this value: nothing was written. */
  | { readonly kind: "held"; readonly field: string; readonly value: string };

const OBJECT =
  "insert into objects (kind, id, project_id, version, body) values (?, ?, ?, ?, ?) on conflict do nothing returning seq";

export function insertObject(tx: Tx, object: NewObject): Promise<Inserted> {
  return tx.dialect === "postgres" ? inOneStatement(tx, object) : inThree(tx, object);
}

async function inThree(tx: Tx, object: NewObject): Promise<Inserted> {
  const { rows } = await run<{ seq: number }>(tx, OBJECT, columnsOf(object));
  const seq = rows[0]?.seq;
  if (seq === undefined) return { kind: "held", field: "id", value: object.id };
  const held = await claim(tx, object.kind, seq, object.claims);
  if (held) {
    await run(tx, "delete from objects where seq = ?", [seq]);
    return { kind: "held", ...held };
  }
  await add(tx, "object_keys", object.kind, seq, object.keys);
  return { kind: "inserted", seq };
}

const VALUES = "(kind, field, value, object) select ?, field, value, seq from o, unnest(?::text[], ?::text[])";
const ALL = `
  with o as (${OBJECT}),
    c as (insert into claims ${VALUES} as pairs (field, value) on conflict do nothing returning 1),
    k as (insert into object_keys ${VALUES} as pairs (field, value))
  select (select seq from o) as seq, (select count(*) from c) as claimed`;

async function inOneStatement(tx: Tx, object: NewObject): Promise<Inserted> {
  const pairs = (list: readonly Pair[]) => [object.kind, list.map((p) => p.field), list.map((p) => p.value)];
  const parameters = [...columnsOf(object), ...pairs(object.claims), ...pairs(object.keys)];
  const { rows } = await run<{ seq: number | null; claimed: number }>(tx, ALL, parameters);
  const { seq = null, claimed = 0 } = rows[0] ?? {};
  if (seq === null) return { kind: "held", field: "id", value: object.id };
  if (claimed === object.claims.length) return { kind: "inserted", seq };
  const held = await unclaim(tx, object.kind, seq, object.claims);
  await run(tx, "delete from object_keys where object = ?", [seq]);
  await run(tx, "delete from objects where seq = ?", [seq]);
  return { kind: "held", field: held?.field ?? "", value: held?.value ?? "" };
}

const columnsOf = ({ kind, id, projectId, version, body }: NewObject) => [
  kind,
  storable(id),
  projectId && storable(projectId),
  version,
  body,
];
