/** A cloud's agents; those of the embedded one are stopped and started. */
import { z } from "zod";
import type { NeutronAgent } from "../api/neutron.ts";
import type { AgentState } from "../api/operate.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import { Failure } from "../clouds/failure.ts";
import type { EmbeddedCloud } from "../embedded.ts";
import { serviceContext } from "../identity/context.ts";
import { knownAgents } from "../neutron/agent/agents.ts";
import { stoppedIds } from "../neutron/agent/stopped.ts";
import type { Server } from "../server.ts";
import { startAgent, stopAgent } from "../simulation/agent-control.ts";

/** By host, then type. */
export async function agentsOf(
  { clouds, embedded }: Pick<Server, "clouds" | "embedded">,
  cloud: string,
): Promise<AgentState[]> {
  const list =
    cloud === EMBEDDED.id ? await living(await embedded()) : (await clouds.cloud(cloud)).api.agents.map(recorded);
  return list.sort((a, b) => a.host.localeCompare(b.host, "en", { numeric: true }) || a.type.localeCompare(b.type));
}

const Request = z.object({ id: z.string().min(1).max(100), run: z.boolean() });

/** Throws Failure `bad_request`. */
export async function agentRequest(request: globalThis.Request): Promise<z.output<typeof Request>> {
  const parsed = Request.safeParse(await request.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  throw new Failure("bad_request", "id: expected JSON as { id, run }", { field: "id" });
}

/** Answers once its host has caught up. Throws Failure `read_only` or `not_found`. */
export async function controlAgent(
  from: Pick<Server, "clouds" | "embedded">,
  cloud: string,
  { id, run }: z.output<typeof Request>,
): Promise<AgentState[]> {
  if (cloud !== EMBEDDED.id)
    throw new Failure(
      "read_only",
      "Only agents of the embedded cloud can be stopped and started: others are recorded.",
    );
  const own = await from.embedded();
  if (!(await living(own)).some((one) => one.id === id)) throw new Failure("not_found", `There is no agent ${id}.`);
  await (run ? startAgent : stopAgent)(own.neutron, id);
  await own.simulation.settled();
  return agentsOf(from, cloud);
}

async function living({ neutron, store }: EmbeddedCloud): Promise<AgentState[]> {
  const stopped = await stoppedIds(store.read);
  const all = await knownAgents({ context: serviceContext(), neutron, reader: store.read });
  const patience = neutron.config.DEFAULT.agent_down_time * 1000;
  const now = Date.now();
  return all.map((one) => ({
    ...stateOf(one, one.heartbeat > 0 ? new Date(one.heartbeat).toISOString() : undefined),
    stopped: stopped.has(one.id),
    ...(stopped.has(one.id) && one.alive && { diesInMs: Math.max(0, one.heartbeat + patience - now) + 1 }),
  }));
}

function recorded(one: NeutronAgent): AgentState {
  return stateOf(one, one.heartbeat_timestamp ? isoTime(one.heartbeat_timestamp) : undefined);
}

function stateOf(one: Omit<NeutronAgent, "heartbeat_timestamp">, heartbeat: string | undefined): AgentState {
  return {
    id: one.id,
    type: one.agent_type,
    binary: one.binary,
    host: one.host,
    alive: one.alive,
    adminUp: one.admin_state_up,
    ...(heartbeat !== undefined && { heartbeat }),
    about: aboutOf(one.configurations),
  };
}

/** `2026-11-20 10:16:27`, as agents' times are told. */
function isoTime(text: string): string {
  const date = new Date(/[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text.replace(" ", "T")}Z`);
  return Number.isNaN(date.getTime()) ? text : date.toISOString();
}

function aboutOf(configurations: unknown): string {
  if (typeof configurations !== "object" || configurations === null) return "";
  const said: Readonly<Record<string, unknown>> = { ...configurations };
  const { agent_mode: mode, tunnel_types: tunnels, tunneling_ip: address, bridge_mappings: mappings } = said;
  return [
    typeof mode === "string" ? mode : "",
    Array.isArray(tunnels) && tunnels.length > 0 ? `${tunnels.join(", ")} at ${String(address)}` : "",
    typeof mappings === "object" && mappings !== null
      ? Object.entries(mappings)
          .map(([network, bridge]) => `${network}:${bridge}`)
          .join(", ")
      : "",
    said.l2_population === true ? "l2population" : "",
    said.in_distributed_mode === true ? "distributed routing" : "",
  ]
    .filter((part) => part !== "")
    .join(" · ");
}
