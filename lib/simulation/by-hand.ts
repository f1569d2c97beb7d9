/**
 * Hosts that are not what their agents made of them, kept across restarts: as their agents believe them to be, and as they
 * are. All other hosts are built anew, since agents make the same of the same.
 */
import type { HostState } from "../host/state.ts";
import { Collection } from "../store/collection.ts";
import type { Reader, Tx } from "../store/store.ts";
import type { Diverged } from "./simulated-host.ts";

interface StoredHost {
  /** The host's name. */
  readonly id: string;
  readonly believed: HostState;
  readonly actual: HostState;
}

/** Silent: a host is far too long for an event. */
const storedHosts = new Collection<StoredHost>("simulated_host", { silent: true });

interface Mark {
  /** The host's name. */
  readonly id: string;
  /** One more with each change by hand. */
  readonly number: number;
  /** The process that made it. */
  readonly by: string;
}

/** Tells other processes that a host was changed by hand. */
export const handMarks = new Collection<Mark>("host_by_hand");

export async function readDiverged(reader: Reader, host: string): Promise<Diverged | undefined> {
  return storedHosts.get(reader, host);
}

/** @param diverged undefined: it is again what its agents made */
export async function writeDiverged(tx: Tx, host: string, diverged: Diverged | undefined): Promise<void> {
  const known = await storedHosts.get(tx, host);
  if (!diverged) {
    await storedHosts.remove(tx, host);
    return;
  }
  const row = { id: host, believed: diverged.believed, actual: diverged.actual };
  await (known ? storedHosts.update(tx, row) : storedHosts.insert(tx, row));
}

export async function markByHand(tx: Tx, host: string, by: string): Promise<void> {
  const known = await handMarks.get(tx, host);
  const mark = { id: host, number: (known?.number ?? 0) + 1, by };
  await (known ? handMarks.update(tx, mark) : handMarks.insert(tx, mark));
}
