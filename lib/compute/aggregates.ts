/** Host aggregates: named sets of compute hosts with metadata, for administrators. Source: nova/compute/api.py AggregateAPI. */
import { randomUUID } from "node:crypto";
import type { Context } from "../identity/context.ts";
import { Collection } from "../store/collection.ts";
import type { Store, Tx } from "../store/store.ts";
import { requireAdmin } from "./catalog.ts";
import { absent, ComputeError } from "./errors.ts";
import { computeHosts, counters } from "./model.ts";
import { ZONE } from "./scheduler.ts";

export interface Aggregate {
  /** Its number, in decimal digits. */
  readonly id: string;
  readonly uuid: string;
  readonly name: string;
  readonly hosts: readonly string[];
  /** With `availability_zone`, if it has one. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly created_at: number;
  readonly updated_at: number | null;
}

const aggregates = new Collection<Aggregate>("compute_aggregate", { unique: { name: (one) => one.name } });

export class Aggregates {
  private readonly store: Store;
  constructor(store: Store) {
    this.store = store;
  }

  async list(context: Context): Promise<Aggregate[]> {
    requireAdmin(context, "os_compute_api:os-aggregates:index");
    return aggregates.list(this.store.read);
  }

  async show(context: Context, id: string): Promise<Aggregate> {
    requireAdmin(context, "os_compute_api:os-aggregates:show");
    return existing(await aggregates.get(this.store.read, id), id);
  }

  async create(context: Context, name: string, zone: string | null): Promise<Aggregate> {
    requireAdmin(context, "os_compute_api:os-aggregates:create");
    const metadata = checked(zone === null ? {} : { availability_zone: zone });
    return this.store.transaction(async (tx) => {
      await nameIsFree(tx, name);
      const id = await nextNumber(tx);
      const uuid = randomUUID();
      return aggregates.insert(tx, { id, uuid, name, hosts: [], metadata, created_at: tx.now, updated_at: null });
    });
  }

  rename(context: Context, id: string, name: string | undefined, zone: string | null | undefined): Promise<Aggregate> {
    return this.change(context, "update", id, async (tx, one) => {
      if (name !== undefined && name !== one.name) await nameIsFree(tx, name);
      const metadata = zone === undefined ? one.metadata : merged(one.metadata, { availability_zone: zone });
      return { ...one, name: name ?? one.name, metadata: checked(metadata), updated_at: tx.now };
    });
  }

  /** @param changes null takes a key away */
  setMetadata(context: Context, id: string, changes: Readonly<Record<string, string | null>>): Promise<Aggregate> {
    return this.change(context, "set_metadata", id, async (_tx, one) => ({
      ...one,
      metadata: checked(merged(one.metadata, changes)),
    }));
  }

  addHost(context: Context, id: string, host: string): Promise<Aggregate> {
    return this.change(context, "add_host", id, async (tx, one) => {
      if (!(await computeHosts.list(tx)).some((known) => known.host === host))
        throw new ComputeError("not-found", `Compute host ${host} could not be found.`);
      if (one.hosts.includes(host))
        throw new ComputeError("conflict", `Cannot add host ${host} in aggregate ${id}: host exists`);
      return { ...one, hosts: [...one.hosts, host] };
    });
  }

  removeHost(context: Context, id: string, host: string): Promise<Aggregate> {
    return this.change(context, "remove_host", id, async (_tx, one) => {
      if (!one.hosts.includes(host))
        throw new ComputeError("not-found", `Cannot remove host ${host} in aggregate ${id}: not found`);
      return { ...one, hosts: one.hosts.filter((other) => other !== host) };
    });
  }

  async remove(context: Context, id: string): Promise<void> {
    requireAdmin(context, "os_compute_api:os-aggregates:delete");
    await this.store.transaction(async (tx) => {
      const one = existing(await aggregates.get(tx, id), id);
      if (one.hosts.length > 0)
        throw new ComputeError("bad-request", `Cannot remove aggregate ${id}: the aggregate is not empty`);
      await aggregates.remove(tx, id);
    });
  }

  private async change(
    context: Context,
    rule: string,
    id: string,
    work: (tx: Tx, one: Aggregate) => Promise<Aggregate>,
  ): Promise<Aggregate> {
    requireAdmin(context, `os_compute_api:os-aggregates:${rule}`);
    return this.store.transaction(async (tx) => {
      const one = existing(await aggregates.get(tx, id), id);
      return aggregates.update(tx, await work(tx, one));
    });
  }
}

function existing(one: Aggregate | undefined, id: string): Aggregate {
  if (!one) throw absent("Aggregate", id);
  return one;
}

async function nameIsFree(tx: Tx, name: string): Promise<void> {
  if ((await aggregates.holder(tx, "name", name)) !== undefined)
    throw new ComputeError("conflict", `Aggregate ${name} already exists.`);
}

function merged(
  metadata: Aggregate["metadata"],
  changes: Readonly<Record<string, string | null>>,
): Aggregate["metadata"] {
  const kept = Object.entries({ ...metadata, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return Object.fromEntries(kept);
}

/** All simulated hosts are in one availability zone, whatever aggregate they are in. */
function checked(metadata: Aggregate["metadata"]): Aggregate["metadata"] {
  const zone = metadata.availability_zone;
  if (zone !== undefined && zone !== ZONE)
    throw new ComputeError("not-implemented", `All hosts of this cloud are in the availability zone ${ZONE}.`);
  return metadata;
}

async function nextNumber(tx: Tx): Promise<string> {
  const last = await counters.get(tx, "aggregate");
  const next = { id: "aggregate", value: (last?.value ?? 0) + 1 };
  await (last ? counters.update(tx, next) : counters.insert(tx, next));
  return String(next.value);
}
