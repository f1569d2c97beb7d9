/**
 * What a session may see of the clouds: administrators everything, tenants the embedded cloud as far as its own services show
 * it to their project. Pages and routes read clouds through this alone.
 */
import type { CloudDetail, CloudSummary, SearchHit, Topology, TraceEnd } from "../api/http.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import { Failure } from "../clouds/failure.ts";
import { search } from "../clouds/search.ts";
import { detail, summarize } from "../clouds/summary.ts";
import { topologyOf } from "../clouds/topology.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { TraceEvent } from "../datapath/event.ts";
import { server } from "../server.ts";
import type { Session } from "./session.ts";
import { tenantCloud } from "./tenant-cloud.ts";
import { tenantTrace } from "./tenant-trace.ts";
import { endsOf } from "./trace-ends.ts";
import { startTrace, type TraceParameters } from "./trace-request.ts";

/** All throw Failure `not_found` for a cloud that is not there, or not for this session. */
export interface Sight {
  list(): Promise<CloudSummary[]>;
  summary(id: string): Promise<CloudSummary>;
  detail(id: string): Promise<CloudDetail>;
  topology(id: string): Promise<Topology>;
  ends(id: string): Promise<TraceEnd[]>;
  search(id: string, q: string): Promise<SearchHit[]>;
  /** Throws Failure `bad_request` that names the field, before the first event. */
  trace(id: string, parameters: TraceParameters): Promise<Iterable<TraceEvent>>;
  /** For many traces of one moment. */
  still(id: string): Promise<Still>;
  /** With its hosts: for administrators alone. */
  cloud(id: string): Promise<CollectedCloud>;
}

/** A cloud at one moment. */
export interface Still {
  readonly seen: CollectedCloud;
  /** Whose instances are meant; undefined: all. */
  readonly project?: string;
  /** As `Sight.trace`, but told to no capture. */
  trace(parameters: TraceParameters): Iterable<TraceEvent>;
}

export function sightOf(session: Session): Sight {
  const sight = session.admin ? everything() : ofProject(session);
  const { metrics } = server();
  return { ...sight, trace: async (id, parameters) => metrics.counted(await sight.trace(id, parameters)) };
}

function everything(): Sight {
  const { clouds, traffic } = server();
  return {
    list: () => clouds.list(),
    summary: (id) => clouds.summary(id),
    detail: (id) => clouds.detail(id),
    topology: (id) => clouds.topology(id),
    cloud: (id) => clouds.cloud(id),
    ends: async (id) => endsOf(await clouds.cloud(id)),
    search: async (id, q) => search(id, q, await clouds.topology(id), (await clouds.cloud(id)).world),
    still: async (id) => {
      const seen = await clouds.cloud(id);
      return { seen, trace: (parameters) => startTrace(seen, parameters) };
    },
    trace: async (id, parameters) =>
      traffic.follow(id, startTrace(await clouds.cloud(id), parameters), Date.now(), id === EMBEDDED.id),
  };
}

function ofProject(session: Session): Sight {
  const { clouds, embedded } = server();
  const whole = async (id: string) => {
    if (id !== EMBEDDED.id) throw nothing(id);
    return clouds.cloud(id);
  };
  const own = async (id: string) => tenantCloud(await embedded(), await whole(id), session);
  const topology = async (id: string) => withoutDevices(topologyOf(await own(id)));
  return {
    topology,
    list: async () => [summarize(EMBEDDED, await own(EMBEDDED.id))],
    summary: async (id) => summarize(EMBEDDED, await own(id)),
    detail: async (id) => detail(EMBEDDED, await own(id)),
    ends: async (id) => endsOf(await own(id)),
    search: async (id, q) => search(id, q, await topology(id), (await own(id)).world),
    trace: async (id, parameters) => tenantTrace(await whole(id), await own(id), parameters),
    still: async (id) => {
      const all = await whole(id);
      const seen = await own(id);
      return { seen, project: session.project.id, trace: (parameters) => tenantTrace(all, seen, parameters) };
    },
    cloud: async (id) => {
      throw nothing(id);
    },
  };
}

/** Its words are those for a cloud that was never there. */
function nothing(id: string): Failure {
  return new Failure("not_found", `There is no cloud “${id}” here.`, {
    hint: "It may have been removed, or be an administrator’s to see.",
  });
}

/** A port's tap device is the provider's, even where its name follows from the port's id. */
function withoutDevices(topology: Topology): Topology {
  const instances = topology.instances.map((one) => ({
    ...one,
    ports: one.ports.map((port) => ({ ...port, tap: "" })),
  }));
  return { ...topology, instances };
}
