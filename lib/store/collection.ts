/** All objects of one kind: what they are found by, and what no two of them may share. */
import { sql } from "kysely";
import type { Reader, Tx } from "./store.ts";

export interface Stored {
  readonly id: string;
  readonly project_id?: string | null;
}

type Values = string | number | boolean | null | undefined | readonly (string | number | null | undefined)[];

export interface CollectionOptions<T> {
  /** Values that objects are listed by, by name. */
  readonly keys?: Readonly<Record<string, (object: T) => Values>>;
  /** Values that one object alone may hold, by name; a second one is a DuplicateError. */
  readonly unique?: Readonly<Record<string, (object: T) => Values>>;
  /** Changes that are nobody's business (heartbeats, tokens) leave no event. */
  readonly silent?: boolean;
}

/** Two objects of `kind` would share `value` of `field`. */
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

export interface Where {
  /** Objects of these projects (null: of none). */
  readonly projectIds?: readonly string[];
  readonly ids?: readonly string[];
  /** Key name → any of these values. Several keys must all hold. A name that the collection does not declare throws. */
  readonly keys?: Readonly<Record<string, string | readonly string[]>>;
}

/** Parameters in one statement: SQLite takes 32,766, PostgreSQL 65,535. */
const CHUNK = 5_000;

export class Collection<T extends Stored> {
  readonly kind: string;
  private readonly options: CollectionOptions<T>;

  constructor(kind: string, options: CollectionOptions<T> = {}) {
    this.kind = kind;
    this.options = options;
  }

  /** Whether `list` takes this name in `where.keys`. */
  hasKey(name: string): boolean {
    return this.options.keys?.[name] !== undefined || this.options.unique?.[name] !== undefined;
  }

  async get(reader: Reader, id: string): Promise<T | undefined> {
    const seen = reader.seen?.get(`${this.kind}/${id}`);
    if (seen !== undefined) return seen === null ? undefined : (seen as T); // Written by this collection alone.
    const row = await reader.db
      .selectFrom("objects")
      .select("body")
      .where("kind", "=", this.kind)
      .where("id", "=", id)
      .executeTakeFirst();
    return row && this.parse(reader, id, row.body);
  }

  /** The objects in the order of their creation. */
  async list(reader: Reader, where: Where = {}): Promise<T[]> {
    const ids = where.ids;
    if (ids !== undefined && ids.length > CHUNK) {
      const found: T[] = [];
      for (let i = 0; i < ids.length; i += CHUNK)
        found.push(...(await this.list(reader, { ...where, ids: ids.slice(i, i + CHUNK) })));
      return found;
    }
    const rows = await this.query(reader, where).select(["id", "body"]).orderBy("seq").execute();
    return rows.map((row) => this.parse(reader, row.id, row.body));
  }

  async count(reader: Reader, where: Where = {}): Promise<number> {
    const row = await this.query(reader, where).select(sql<number>`count(*)`.as("n")).executeTakeFirst();
    return Number(row?.n ?? 0);
  }

  /** Who holds this value of a `unique` field. */
  async holder(reader: Reader, field: string, value: string): Promise<string | undefined> {
    const row = await reader.db
      .selectFrom("claims")
      .select("id")
      .where("kind", "=", this.kind)
      .where("field", "=", field)
      .where("value", "=", value)
      .executeTakeFirst();
    return row?.id;
  }

  /** All values of a `unique` field that begin with `prefix`, e.g. the addresses of one subnet. */
  async claimed(reader: Reader, field: string, prefix = ""): Promise<string[]> {
    const rows = await reader.db
      .selectFrom("claims")
      .select("value")
      .where("kind", "=", this.kind)
      .where("field", "=", field)
      .where("value", ">=", prefix)
      .where("value", "<", `${prefix}\u{10ffff}`)
      .execute();
    return rows.map((row) => row.value);
  }

  async insert(tx: Tx, object: T): Promise<T> {
    await tx.db
      .insertInto("objects")
      .values({ kind: this.kind, id: object.id, project_id: object.project_id ?? null, body: JSON.stringify(object) })
      .execute();
    await this.index(tx, undefined, object);
    await this.record(tx, null, object);
    tx.seen.set(`${this.kind}/${object.id}`, object);
    return object;
  }

  /** Replaces the object of the same id. Throws when there is none. */
  async update(tx: Tx, object: T): Promise<T> {
    const before = await this.get(tx, object.id);
    if (before === undefined) throw new Error(`${this.kind} ${object.id} is not there to be changed`);
    await tx.db
      .updateTable("objects")
      .set({ project_id: object.project_id ?? null, body: JSON.stringify(object) })
      .where("kind", "=", this.kind)
      .where("id", "=", object.id)
      .execute();
    await this.index(tx, before, object);
    await this.record(tx, before, object);
    tx.seen.set(`${this.kind}/${object.id}`, object);
    return object;
  }

  /** Answers whether there was one. */
  async remove(tx: Tx, id: string): Promise<boolean> {
    const before = await this.get(tx, id);
    if (before === undefined) return false;
    for (const table of ["objects", "object_keys", "claims"] as const)
      await tx.db.deleteFrom(table).where("kind", "=", this.kind).where("id", "=", id).execute();
    await this.record(tx, before, null);
    tx.seen.set(`${this.kind}/${id}`, null);
    return true;
  }

  private query(reader: Reader, where: Where) {
    let query = reader.db.selectFrom("objects").where("kind", "=", this.kind);
    if (where.projectIds) query = query.where("project_id", "in", [...where.projectIds, ""]);
    if (where.ids) query = query.where("id", "in", [...where.ids, ""]);
    for (const [field, value] of Object.entries(where.keys ?? {})) {
      const table = this.options.keys?.[field] ? "object_keys" : this.options.unique?.[field] ? "claims" : undefined;
      if (table === undefined) throw new Error(`${this.kind} has no key ${field}`);
      const values = typeof value === "string" ? [value] : [...value, "\0"];
      query = query.where("id", "in", (sub) =>
        sub
          .selectFrom(table)
          .select(`${table}.id`)
          .where(`${table}.kind`, "=", this.kind)
          .where(`${table}.field`, "=", field)
          .where(`${table}.value`, "in", values),
      );
    }
    return query;
  }

  private parse(reader: Reader, id: string, body: string): T {
    const seen = reader.seen?.get(`${this.kind}/${id}`);
    if (seen) return seen as T;
    const object: T = JSON.parse(body);
    reader.seen?.set(`${this.kind}/${id}`, object);
    return object;
  }

  private async index(tx: Tx, before: T | undefined, after: T): Promise<void> {
    for (const [table, fields] of [
      ["claims", this.options.unique],
      ["object_keys", this.options.keys],
    ] as const)
      for (const [field, read] of Object.entries(fields ?? {})) {
        const old = new Set(before === undefined ? [] : values(read(before)));
        const now = new Set(values(read(after)));
        const gone = [...old].filter((value) => !now.has(value));
        const fresh = [...now].filter((value) => !old.has(value));
        if (gone.length > 0)
          await tx.db
            .deleteFrom(table)
            .where("kind", "=", this.kind)
            .where("field", "=", field)
            .where("id", "=", after.id)
            .where("value", "in", gone)
            .execute();
        for (const value of fresh) {
          const row = { kind: this.kind, field, value, id: after.id };
          const result = await tx.db
            .insertInto(table)
            .values(row)
            .onConflict((c) => c.doNothing())
            .executeTakeFirst();
          if (table === "claims" && Number(result.numInsertedOrUpdatedRows ?? 0) === 0)
            throw new DuplicateError(this.kind, field, value);
        }
      }
  }

  private async record(tx: Tx, before: T | null, after: T | null): Promise<void> {
    if (this.options.silent) return;
    const object = after ?? before;
    if (object === null) return;
    const revision = "revision_number" in object ? Number(object.revision_number) : 0;
    await tx.db
      .insertInto("events")
      .values({
        kind: this.kind,
        id: object.id,
        project_id: object.project_id ?? null,
        revision,
        before: before && JSON.stringify(before),
        after: after && JSON.stringify(after),
        at: tx.now,
      })
      .execute();
  }
}

function values(value: Values): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((one) => one !== null && one !== undefined).map(String);
}
