/** All objects of one kind: what they are found by, and what no two of them may share. */
import { parseFrozen } from "./cache.ts";
import { insertObject } from "./insert.ts";
import { readAll, readOne } from "./objects.ts";
import { run, storable } from "./statement.ts";
import type { Reader, Tx } from "./store.ts";
import { add, claim, drop, type Fields, valuesOf, without } from "./values.ts";
import { condition, type ValueTable, type Where } from "./where.ts";

export interface Stored {
  readonly id: string;
  readonly project_id?: string | null;
}

export interface CollectionOptions<T> {
  /** Values that objects are listed by, by name. */
  readonly keys?: Fields<T>;
  /** Values that one object alone may hold, by name; a second one is a DuplicateError. Objects are listed by them, too. */
  readonly unique?: Fields<T>;
  /** Changes that are nobody's business (heartbeats, tokens) leave no event. */
  readonly silent?: boolean;
}

/** Two objects of `kind` would share `value` of `field` (`id`, or one that is `unique`). */
export class DuplicateError extends Error {
  readonly kind: string;
  readonly field: string;
  readonly value: string;
  constructor(kind: string, field: string, value: string) {
    super(`another ${kind} has ${field} ${value}`);
    this.kind = kind;
    this.field = field;
    this.value = value;
  }
}

/** What it answers is frozen, since all requests share it: change a copy, and `update` with that. */
export class Collection<T extends Stored> {
  readonly kind: string;
  private readonly options: CollectionOptions<T>;

  constructor(kind: string, options: CollectionOptions<T> = {}) {
    this.kind = kind;
    this.options = options;
  }

  /** Whether `list` takes this name in `where.keys`. */
  hasKey(name: string): boolean {
    const { keys, unique } = this.options;
    return (keys !== undefined && Object.hasOwn(keys, name)) || (unique !== undefined && Object.hasOwn(unique, name));
  }

  async get(reader: Reader, id: string): Promise<T | undefined> {
    const seen = reader.seen?.get(this.key(id));
    if (seen !== undefined) return seen === null ? undefined : (seen as T); // Written by this collection alone.
    const object = await readOne(reader, this.kind, storable(id));
    if (object !== undefined) reader.seen?.set(this.key(id), object);
    return object as T | undefined;
  }

  /** The objects as they were at one moment, in the order of their creation. */
  async list(reader: Reader, where: Where = {}): Promise<T[]> {
    const objects = (await readAll(reader, this.condition(reader, where))) as T[];
    if (reader.seen) for (const object of objects) reader.seen.set(this.key(object.id), object);
    return objects;
  }

  /** As `list(…).length`, without reading the objects. */
  async count(reader: Reader, where: Where = {}): Promise<number> {
    const { text, parameters } = this.condition(reader, where);
    const { rows } = await run<{ n: number }>(reader, `select count(*) as n from objects where ${text}`, parameters);
    return rows[0]?.n ?? 0;
  }

  /** Who holds this value of a `unique` field. */
  async holder(reader: Reader, field: string, value: string): Promise<string | undefined> {
    const { rows } = await run<{ id: string }>(
      reader,
      "select o.id from claims c join objects o on o.seq = c.object where c.kind = ? and c.field = ? and c.value = ?",
      [this.kind, field, storable(value)],
    );
    return rows[0]?.id;
  }

  /** All values of a `unique` field that begin with `prefix`, e.g. the addresses of one subnet, in the order of their bytes. */
  async claimed(reader: Reader, field: string, prefix = ""): Promise<string[]> {
    const { rows } = await run<{ value: string }>(
      reader,
      "select value from claims where kind = ? and field = ? and value >= ? and value < ? order by value",
      [this.kind, field, storable(prefix), `${storable(prefix)}\u{10ffff}`],
    );
    return rows.map((row) => row.value);
  }

  /** Throws a DuplicateError, after which nothing of it is there and the transaction may go on. */
  async insert(tx: Tx, object: T): Promise<T> {
    const written = bodyOf(object);
    const inserted = await insertObject(tx, {
      kind: this.kind,
      id: object.id,
      projectId: object.project_id ?? null,
      ...written,
      claims: [...valuesOf(this.options.unique, object).values()],
      keys: [...valuesOf(this.options.keys, object).values()],
    });
    if (inserted.kind === "held") throw new DuplicateError(this.kind, inserted.field, inserted.value);
    const { seq } = inserted;
    this.note(tx, seq, written);
    this.record(tx, null, object, null, written.body);
    return object;
  }

  /** Replaces the object of the same id. Throws when there is none, and a DuplicateError as `insert` does. */
  async update(tx: Tx, object: T): Promise<T> {
    const before = await this.get(tx, object.id);
    if (before === undefined) throw new Error(`${this.kind} ${object.id} is not there to be changed`);
    const written = bodyOf(object);
    const seq = await this.replace(tx, object, written);
    const claims = [valuesOf(this.options.unique, before), valuesOf(this.options.unique, object)] as const;
    const held = await claim(tx, this.kind, seq, without(claims[1], claims[0]));
    if (held) {
      const restored = bodyOf(before);
      await this.replace(tx, before, restored);
      this.note(tx, seq, restored);
      throw new DuplicateError(this.kind, held.field, held.value);
    }
    await drop(tx, "claims", this.kind, seq, without(claims[0], claims[1]));
    const keys = [valuesOf(this.options.keys, before), valuesOf(this.options.keys, object)] as const;
    await drop(tx, "object_keys", this.kind, seq, without(keys[0], keys[1]));
    await add(tx, "object_keys", this.kind, seq, without(keys[1], keys[0]));
    this.note(tx, seq, written);
    this.record(tx, before, object, JSON.stringify(before), written.body);
    return object;
  }

  /** Answers whether there was one. */
  async remove(tx: Tx, id: string): Promise<boolean> {
    const before = await this.get(tx, id);
    if (before === undefined) return false;
    const { rows } = await run<{ seq: number }>(tx, "delete from objects where kind = ? and id = ? returning seq", [
      this.kind,
      storable(id),
    ]);
    const seq = rows[0]?.seq ?? 0;
    if (this.options.keys) await run(tx, "delete from object_keys where object = ?", [seq]);
    if (this.options.unique) await run(tx, "delete from claims where object = ?", [seq]);
    tx.own.delete(seq);
    tx.seen.set(this.key(id), null);
    this.record(tx, before, null, JSON.stringify(before), null);
    return true;
  }

  private key(id: string): string {
    return `${this.kind}/${id}`;
  }

  private condition(reader: Reader, where: Where) {
    return condition(reader.dialect, this.kind, where, (field): ValueTable => {
      if (this.options.keys && Object.hasOwn(this.options.keys, field)) return "object_keys";
      if (this.options.unique && Object.hasOwn(this.options.unique, field)) return "claims";
      throw new Error(`${this.kind} has no key ${field}`);
    });
  }

  private async replace(tx: Tx, object: T, written: Written): Promise<number> {
    const { rows } = await run<{ seq: number }>(
      tx,
      "update objects set project_id = ?, version = ?, body = ? where kind = ? and id = ? returning seq",
      [projectOf(object), written.version, written.body, this.kind, storable(object.id)],
    );
    const seq = rows[0]?.seq;
    if (seq === undefined) throw new Error(`${this.kind} ${object.id} is not there to be changed`);
    return seq;
  }

  /** What this transaction reads from now on: what was written, not what the caller may go on changing. */
  private note(tx: Tx, seq: number, written: Written): void {
    const object: T = parseFrozen(written.body);
    tx.own.set(seq, { version: written.version, object, weight: written.body.length });
    tx.seen.set(this.key(object.id), object);
  }

  private record(tx: Tx, before: T | null, after: T | null, old: string | null, now: string | null): void {
    const object = after ?? before;
    if (this.options.silent || object === null) return;
    tx.events.push({
      kind: this.kind,
      id: object.id,
      project_id: object.project_id ?? null,
      revision: "revision_number" in object ? Number(object.revision_number) : 0,
      before: old,
      after: now,
      at: tx.now,
    });
  }
}

function projectOf({ project_id = null }: { readonly project_id?: string | null }): string | null {
  return project_id && storable(project_id);
}

interface Written {
  readonly version: number;
  readonly body: string;
}

function bodyOf(object: unknown): Written {
  return { version: Math.floor(Math.random() * Number.MAX_SAFE_INTEGER), body: JSON.stringify(object) };
}
