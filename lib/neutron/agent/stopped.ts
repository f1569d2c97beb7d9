/** Agents of simulated hosts that somebody stopped: they send no heartbeats, change nothing, and catch up when they are started. */
import { Collection } from "../../store/collection.ts";
import type { Reader, Tx } from "../../store/store.ts";
import { agents } from "./agents.ts";

interface StoppedAgent {
  /** The agent's. */
  readonly id: string;
}

export const stoppedAgents = new Collection<StoppedAgent>("stopped_agent");

export async function setStopped(tx: Tx, agentId: string, stopped: boolean): Promise<void> {
  const known = await stoppedAgents.get(tx, agentId);
  if (stopped && !known) await stoppedAgents.insert(tx, { id: agentId });
  if (!stopped && known) await stoppedAgents.remove(tx, agentId);
}

export async function stoppedIds(reader: Reader): Promise<ReadonlySet<string>> {
  return new Set((await stoppedAgents.list(reader)).map((one) => one.id));
}

/** Whether an agent of this type runs on the host: one that was stopped does not. */
export async function isStopped(reader: Reader, type: string, host: string): Promise<boolean> {
  const id = await agents.holder(reader, "type_host", `${type}/${host}`);
  return id !== undefined && (await stoppedAgents.get(reader, id)) !== undefined;
}
