/**
 * Hosts that agents would not make again as they are, because somebody changed them by hand or an agent was stopped: kept
 * across restarts. All others are built anew, since agents make the same of the same.
 */
import { Collection } from "../store/collection.ts";
import type { Reader, Tx } from "../store/store.ts";
import type { Kept } from "./simulated-host.ts";

interface StoredHost extends Kept {
  /** The host's name. */
  readonly id: string;
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

export async function readKept(reader: Reader, host: string): Promise<Kept | undefined> {
  return storedHosts.get(reader, host);
}

/** @param kept undefined: nothing needs to be */
export async function writeKept(tx: Tx, host: string, kept: Kept | undefined): Promise<void> {
  const known = await storedHosts.get(tx, host);
  if (!kept) {
    await storedHosts.remove(tx, host);
    return;
  }
  const row = { id: host, ...kept };
  await (known ? storedHosts.update(tx, row) : storedHosts.insert(tx, row));
}

/** @returns the mark's number */
export async function markByHand(tx: Tx, host: string, by: string): Promise<number> {
  const known = await handMarks.get(tx, host);
  const number = (known?.number ?? 0) + 1;
  await (known ? handMarks.update(tx, { id: host, number, by }) : handMarks.insert(tx, { id: host, number, by }));
  return number;
}

/** Of the newest mark; 0: nobody ever changed the host by hand. */
export async function handNumber(reader: Reader, host: string): Promise<number> {
  return (await handMarks.get(reader, host))?.number ?? 0;
}
