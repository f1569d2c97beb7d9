/** Brings a database to the schema of this version. */
import { sql } from "kysely";
import { Migrator } from "kysely/migration";
import { StoreError } from "./error.ts";
import { migrations } from "./migrations.ts";
import type { Backend } from "./sql-store.ts";

/** Throws a StoreError for a database of a later version, which this one would damage. */
export async function migrate({ writer, dialect, place }: Backend): Promise<void> {
  const known = migrations(dialect);
  const { error } = await new Migrator({
    db: writer,
    provider: { getMigrations: async () => known },
  }).migrateToLatest();
  if (error === undefined) return;
  const executed = await sql<{ name: string }>`select name from kysely_migration order by name`
    .execute(writer)
    .catch(() => ({ rows: [] }));
  const newer = executed.rows.find(({ name }) => !Object.hasOwn(known, name));
  if (newer)
    throw new StoreError(
      `${place} was made by a newer Underlay (its schema is ${newer.name}): update Underlay to open it`,
    );
  throw new StoreError(`${place}: ${error instanceof Error ? error.message : error}`, { cause: error });
}
