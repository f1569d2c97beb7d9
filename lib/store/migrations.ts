/** The schema's history. A migration that was released is never changed: add the next one. */
import type { ColumnDefinitionBuilder, Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export type Dialect = "sqlite" | "postgres";

export const migrations = (dialect: Dialect): Record<string, Migration> => ({
  "001-objects": {
    async up(db: Kysely<unknown>): Promise<void> {
      const rising = risingInteger(dialect);
      await db.schema
        .createTable("objects")
        .addColumn("seq", rising.type, rising.build)
        .addColumn("kind", "text", (c) => c.notNull())
        .addColumn("id", "text", (c) => c.notNull())
        .addColumn("project_id", "text")
        .addColumn("body", "text", (c) => c.notNull())
        .addUniqueConstraint("objects_kind_id", ["kind", "id"])
        .execute();
      await db.schema.createIndex("objects_project").on("objects").columns(["kind", "project_id"]).execute();
      for (const table of ["object_keys", "claims"] as const) {
        const key =
          table === "claims" ? (["kind", "field", "value"] as const) : (["kind", "field", "value", "id"] as const);
        await db.schema
          .createTable(table)
          .addColumn("kind", "text", (c) => c.notNull())
          .addColumn("field", "text", (c) => c.notNull())
          .addColumn("value", "text", (c) => c.notNull())
          .addColumn("id", "text", (c) => c.notNull())
          .addPrimaryKeyConstraint(`${table}_key`, [...key])
          .execute();
        await db.schema.createIndex(`${table}_object`).on(table).columns(["kind", "id"]).execute();
      }
      await db.schema
        .createTable("events")
        .addColumn("seq", rising.type, rising.build)
        .addColumn("kind", "text", (c) => c.notNull())
        .addColumn("id", "text", (c) => c.notNull())
        .addColumn("project_id", "text")
        .addColumn("revision", "integer", (c) => c.notNull())
        .addColumn("before", "text")
        .addColumn("after", "text")
        .addColumn("at", "bigint", (c) => c.notNull())
        .execute();
    },
  },
});

/** Each database's own way to number rows in the order that they are written. */
function risingInteger(dialect: Dialect) {
  return dialect === "postgres"
    ? { type: "bigserial" as const, build: (c: ColumnDefinitionBuilder) => c.primaryKey() }
    : { type: "integer" as const, build: (c: ColumnDefinitionBuilder) => c.primaryKey().autoIncrement() };
}
