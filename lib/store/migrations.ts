/** The schema's history. A migration that was released is never changed: add the next one. */
import { type ColumnDefinitionBuilder, type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

export type Dialect = "sqlite" | "postgres";

export const migrations = (dialect: Dialect): Record<string, Migration> => ({
  "001-objects": {
    async up(db: Kysely<unknown>): Promise<void> {
      const { rising, text, clustered } = TYPES[dialect];
      await db.schema
        .createTable("objects")
        .addColumn("seq", rising.type, rising.build)
        .addColumn("kind", text, (c) => c.notNull())
        .addColumn("id", text, (c) => c.notNull())
        .addColumn("project_id", text)
        .addColumn("version", "bigint", (c) => c.notNull())
        .addColumn("body", "text", (c) => c.notNull())
        .addUniqueConstraint("objects_kind_id", ["kind", "id"])
        .execute();
      // Covers the question which objects there are, and in which version: bodies are read only where nobody has them yet.
      const covering = ["kind", "project_id", "seq", "version"];
      await db.schema.createIndex("objects_project").on("objects").columns(covering).execute();
      for (const table of ["object_keys", "claims"] as const) {
        const value = ["kind", "field", "value"] as const;
        await db.schema
          .createTable(table)
          .addColumn("kind", text, (c) => c.notNull())
          .addColumn("field", text, (c) => c.notNull())
          .addColumn("value", text, (c) => c.notNull())
          .addColumn("object", "bigint", (c) => c.notNull())
          .addPrimaryKeyConstraint(`${table}_key`, table === "claims" ? [...value] : [...value, "object"])
          .modifyEnd(clustered)
          .execute();
        await db.schema.createIndex(`${table}_object`).on(table).column("object").execute();
      }
      await db.schema
        .createTable("events")
        .addColumn("seq", rising.type, rising.build)
        .addColumn("kind", text, (c) => c.notNull())
        .addColumn("id", text, (c) => c.notNull())
        .addColumn("project_id", text)
        .addColumn("revision", "bigint", (c) => c.notNull())
        .addColumn("before", "text")
        .addColumn("after", "text")
        .addColumn("at", "bigint", (c) => c.notNull())
        .execute();
    },
  },
  "002-compute-flavors": {
    /** Servers' flavors stood under one kind with those of Neutron's routers. Only theirs have a memory. */
    async up(db: Kysely<unknown>): Promise<void> {
      const theirs = sql`kind = 'flavor' and body like '%"ram":%'`;
      for (const table of ["object_keys", "claims"] as const)
        await sql`update ${sql.table(table)} set kind = 'compute_flavor'
          where object in (select seq from objects where ${theirs})`.execute(db);
      await sql`update objects set kind = 'compute_flavor' where ${theirs}`.execute(db);
    },
  },
});

const TYPES = {
  sqlite: {
    /** One more than the largest. The newest event is never forgotten, and an object's version tells it from all others. */
    rising: { type: "integer" as const, build: (c: ColumnDefinitionBuilder) => c.primaryKey() },
    text: "text" as const,
    /** The rows stand in the primary key's own tree: half the writing. */
    clustered: sql`without rowid`,
  },
  postgres: {
    rising: { type: "bigserial" as const, build: (c: ColumnDefinitionBuilder) => c.primaryKey() },
    /** Compared byte by byte, as SQLite does: a prefix is a range, whatever language the server speaks. */
    text: sql`text collate "C"`,
    clustered: sql``,
  },
};
