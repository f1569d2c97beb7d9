/**
 * The four tables that everything of the embedded cloud is kept in. Objects are documents; what they are looked up by and what
 * no two may share stands beside them, so that a new kind of object needs no migration.
 */
import type { Generated } from "kysely";

export interface Tables {
  objects: ObjectRow;
  object_keys: KeyRow;
  claims: KeyRow;
  events: EventRow;
}

interface ObjectRow {
  /** Order of creation: what a list without a sort key is in. */
  seq: Generated<number>;
  kind: string;
  id: string;
  project_id: string | null;
  /** Drawn at random by each write: `seq` and this one name one body for ever, so that readers may keep what they parsed. */
  version: number;
  /** JSON. */
  body: string;
}

/** `object_keys`: a value that objects are found by. `claims`: one that only one object of its kind may hold. */
interface KeyRow {
  kind: string;
  field: string;
  value: string;
  /** The object's `seq`. */
  object: number;
}

interface EventRow {
  /** Rises in the order of the commits, without regard to which process wrote. May have gaps. */
  seq: Generated<number>;
  kind: string;
  id: string;
  project_id: string | null;
  /** The object's revision_number after the change, 0 where it has none. */
  revision: number;
  /** JSON, null before a create and after a delete. */
  before: string | null;
  after: string | null;
  /** Milliseconds since 1970. */
  at: number;
}
