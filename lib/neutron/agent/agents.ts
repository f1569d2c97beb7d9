/** Agents: who they are, what they said of themselves, and whether they still say it. Source: neutron/db/agents_db.py. */
import { Collection, type Stored } from "../../store/collection.ts";
import type { Tx } from "../../store/store.ts";
import type { Json } from "../attribute.ts";
import type { Call, Change } from "../resource.ts";
import { beat, lastBeats } from "./heartbeat.ts";

/** neutron_lib/constants.py AGENT_TYPE_*. */
export const OVS_AGENT = "Open vSwitch agent";
export const LINUX_BRIDGE_AGENT = "Linux bridge agent";
export const DHCP_AGENT = "DHCP agent";
export const L3_AGENT = "L3 agent";
export const METADATA_AGENT = "Metadata agent";

/** What an agent says of itself. */
export interface AgentReport {
  readonly agent_type: string;
  readonly binary: string;
  readonly host: string;
  readonly topic: string;
  readonly availability_zone: string | null;
  readonly configurations: Json;
}

export interface Agent extends AgentReport, Stored {
  readonly admin_state_up: boolean;
  readonly description: string | null;
  readonly created_at: string;
  readonly started_at: string;
}

/** An agent and its last heartbeat, milliseconds since 1970. */
export interface LiveAgent extends Agent {
  readonly heartbeat: number;
  readonly alive: boolean;
}

export const agents = new Collection<Agent>("agent", {
  keys: { agent_type: (a) => a.agent_type, host: (a) => a.host, availability_zone: (a) => a.availability_zone },
  unique: { type_host: (a) => `${a.agent_type}/${a.host}` },
});

/** Notes what an agent says when it starts, and that it lives. */
export async function registerAgent(change: Change, report: AgentReport): Promise<Agent> {
  const { tx } = change;
  const now = agentTime(tx.now);
  const known = await agents.holder(tx, "type_host", `${report.agent_type}/${report.host}`);
  const current = known === undefined ? undefined : await agents.get(tx, known);
  const agent = current
    ? await agents.update(tx, { ...current, ...report, started_at: now })
    : await agents.insert(tx, {
        id: change.neutron.newId(),
        ...report,
        admin_state_up: true,
        description: null,
        created_at: now,
        started_at: now,
      });
  await beat(tx, [agent.id]);
  return agent;
}

/** All agents of a type, on a host, with what is known of their lives. */
export async function knownAgents(call: Call, of: { type?: string; host?: string } = {}): Promise<LiveAgent[]> {
  const keys = {
    ...(of.type !== undefined && { agent_type: of.type }),
    ...(of.host !== undefined && { host: of.host }),
  };
  return withLife(call, await agents.list(call.reader, { keys }));
}

/** Those that are alive, whether enabled (`admin_state_up`) or not. */
export async function aliveAgents(call: Call, of: { type?: string; host?: string } = {}): Promise<LiveAgent[]> {
  return (await knownAgents(call, of)).filter((agent) => agent.alive);
}

export async function withLife(call: Call, rows: readonly Agent[]): Promise<LiveAgent[]> {
  const beats = await lastBeats(call.reader);
  const patience = call.neutron.config.DEFAULT.agent_down_time * 1000;
  const now = "now" in call.reader ? (call.reader as Tx).now : Date.now(); // A transaction has one time.
  return rows.map((row) => {
    const heartbeat = beats[row.id] ?? 0;
    return { ...row, heartbeat, alive: now - heartbeat <= patience };
  });
}

/** `2026-11-20 10:16:27`: agents' times, unlike all others, are printed as the database has them. */
export function agentTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}
