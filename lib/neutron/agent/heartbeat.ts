/**
 * When agents were last heard of. It stands apart from the agents, in one object that leaves no events: a heartbeat is one
 * write, however many agents there are, and no news to anybody.
 */
import { Collection } from "../../store/collection.ts";
import type { Reader, Tx } from "../../store/store.ts";

interface Heartbeats {
  readonly id: typeof ALL;
  /** Milliseconds since 1970, by the agent's id. */
  readonly at: Readonly<Record<string, number>>;
}

const ALL = "all";
const heartbeats = new Collection<Heartbeats>("agent_heartbeat", { silent: true });

export async function lastBeats(reader: Reader): Promise<Heartbeats["at"]> {
  return (await heartbeats.get(reader, ALL))?.at ?? {};
}

export async function beat(tx: Tx, ids: readonly string[]): Promise<void> {
  const known = await heartbeats.get(tx, ALL);
  const at = { ...known?.at, ...Object.fromEntries(ids.map((id) => [id, tx.now])) };
  await (known ? heartbeats.update(tx, { id: ALL, at }) : heartbeats.insert(tx, { id: ALL, at }));
}
