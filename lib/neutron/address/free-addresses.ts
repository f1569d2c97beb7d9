/**
 * The lowest free address of a subnet's pools. Which are free is remembered, a few hundred at a time, so that an allocation
 * reads one claim and not all of them; what is remembered is only ever a guess, which the claims confirm, so other processes
 * and transactions that fail may do what they like. That a subnet has none left is said after reading all claims.
 */
import { ipNumber, ipText, rangeBetween } from "../../net/range.ts";
import type { Tx } from "../../store/store.ts";
import { addressClaim, ports, type Subnet } from "../core/model.ts";
import type { Neutron } from "../neutron.ts";
import type { Change } from "../resource.ts";

/** Addresses remembered for each subnet. */
const AHEAD = 256;
/** Subnets remembered. */
const SUBNETS = 2_000;

interface Known {
  /** Rising. */
  readonly queue: readonly bigint[];
  /** There are no others, as far as this process knows. */
  readonly complete: boolean;
}
interface Pending {
  queue: Known["queue"];
  complete: boolean;
  next: number;
}

const committed = new WeakMap<Neutron, Map<string, Known>>();
const pending = new WeakMap<Tx, Map<string, Pending>>();

/**
 * An address of the pools that no port has, or undefined when there is none.
 * @param chosen addresses that the same port is about to take
 * @param given addresses that the same port is about to give back
 */
export async function nextFree(
  change: Change,
  subnet: Subnet,
  chosen: ReadonlySet<string>,
  given: ReadonlySet<string>,
): Promise<string | undefined> {
  const pools = subnet.allocation_pools.map(({ start, end }) => rangeBetween(start, end));
  const state = pendingOf(change, subnet.id);
  while (state.next < state.queue.length) {
    const value = state.queue[state.next++];
    if (value === undefined || !pools.some(({ first, last }) => first <= value && value <= last)) continue;
    const address = ipText(subnet.ip_version, value);
    if (chosen.has(address)) continue;
    const held = await ports.holder(change.tx, "address", addressClaim(subnet.id, address));
    if (held === undefined || given.has(address)) return address;
  }
  const used = await usedNumbers(change, subnet.id, chosen, given);
  const free: bigint[] = [];
  for (const { first, last } of pools)
    for (let value = first; value <= last && free.length < AHEAD; value++) if (!used.has(value)) free.push(value);
  Object.assign(state, { queue: free, next: 1, complete: free.length < AHEAD });
  return free[0] === undefined ? undefined : ipText(subnet.ip_version, free[0]);
}

async function usedNumbers(
  change: Change,
  subnetId: string,
  chosen: ReadonlySet<string>,
  given: ReadonlySet<string>,
): Promise<Set<bigint>> {
  const prefix = addressClaim(subnetId, "");
  const claims = await ports.claimed(change.tx, "address", prefix);
  const used = claims.map((claim) => claim.slice(prefix.length)).filter((address) => !given.has(address));
  return new Set([...used, ...chosen].map(ipNumber));
}

/** A port gives this address back: it may be the lowest again. */
export function released(change: Change, subnetId: string, address: string): void {
  const state = pendingOf(change, subnetId);
  const left = state.queue.slice(state.next);
  const value = ipNumber(address);
  const last = left.at(-1);
  // One beyond what is known is found again when all that is known is used up.
  if (!state.complete && (last === undefined || value > last)) return;
  const at = left.findIndex((one) => one >= value);
  if (left[at] === value) return;
  state.queue = left.toSpliced(at < 0 ? left.length : at, 0, value);
  state.next = 0;
}

/** The subnet's pools are others now. */
export function forgotten(change: Change, subnetId: string): void {
  Object.assign(pendingOf(change, subnetId), { queue: [], next: 0, complete: false });
}

/** What this transaction knows; the others learn it when it commits. */
function pendingOf(change: Change, subnetId: string): Pending {
  const mine = mapIn(pending, change.tx);
  const found = mine.get(subnetId);
  if (found) return found;
  const known = mapIn(committed, change.neutron);
  const state: Pending = { ...(known.get(subnetId) ?? { queue: [], complete: false }), next: 0 };
  mine.set(subnetId, state);
  change.tx.afterCommit(() => {
    known.delete(subnetId);
    known.set(subnetId, { queue: state.queue.slice(state.next), complete: state.complete });
    const oldest = known.keys().next().value;
    if (known.size > SUBNETS && oldest !== undefined) known.delete(oldest);
  });
  return state;
}

function mapIn<K extends object, V>(maps: WeakMap<K, Map<string, V>>, key: K): Map<string, V> {
  const found = maps.get(key);
  if (found) return found;
  const made = new Map<string, V>();
  maps.set(key, made);
  return made;
}
