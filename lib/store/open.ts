/** Opens the store: SQLite in a file, or PostgreSQL by its URL. */
import { migrate } from "./migrate.ts";
import { SqlStore, type StoreOptions } from "./sql-store.ts";
import { openSqlite } from "./sqlite.ts";
import type { Store } from "./store.ts";

/** `file`: path of the SQLite database; its directory must exist. `url`: `postgres://user:password@host:port/database`. */
export type StorePlace = { readonly file: string } | { readonly url: string };

/** Throws a StoreError that names the place when it cannot be used. */
export async function openStore(place: string | StorePlace, options: StoreOptions = {}): Promise<Store> {
  const wanted = typeof place === "string" ? { file: place } : place;
  const backend = "url" in wanted ? await postgres(wanted.url) : await openSqlite(wanted.file);
  try {
    await backend.prepare(() => migrate(backend));
    return await SqlStore.start(backend, options);
  } catch (error) {
    await backend.close();
    throw error;
  }
}

/** Its driver is loaded only where it is used. */
async function postgres(url: string) {
  const { openPostgres } = await import("./postgres.ts");
  return openPostgres(url);
}
