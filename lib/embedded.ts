/** The embedded cloud: its store and services, put together. Part of the composition root; lib/server.ts holds the one instance. */
import { randomUUID } from "node:crypto";
import path from "node:path";
import { Compute } from "./compute/compute.ts";
import { prepareCompute } from "./compute/first-start.ts";
import { flavors } from "./compute/model.ts";
import { COMPUTE_HOOKS, watchPlugging } from "./compute/plugged.ts";
import { fillNewCloud } from "./demo-cloud/first-content.ts";
import { serviceContext } from "./identity/context.ts";
import { Identity } from "./identity/identity.ts";
import { passwordsOf, prepare as prepareIdentity } from "./identity/prepare.ts";
import { prepareAgents } from "./neutron/agent/hosts.ts";
import { startHeartbeats } from "./neutron/agent/keep-alive.ts";
import { DEFAULT_CONFIG } from "./neutron/config/config.ts";
import { loadConfig } from "./neutron/config/load.ts";
import { Neutron } from "./neutron/neutron.ts";
import { computeService } from "./rest/compute/service.ts";
import type { RestRequest, RestService } from "./rest/http.ts";
import { identityService } from "./rest/identity/service.ts";
import { imageService } from "./rest/image/service.ts";
import { networkingService } from "./rest/networking/service.ts";
import { ensureDvrMacs } from "./simulation/dvr-macs.ts";
import { Simulation } from "./simulation/simulation.ts";
import { makeDirectory } from "./store/directory.ts";
import { openStore, type StorePlace } from "./store/open.ts";
import type { Store } from "./store/store.ts";

export interface EmbeddedCloud {
  readonly store: Store;
  readonly identity: Identity;
  readonly neutron: Neutron;
  readonly compute: Compute;
  /** Its hosts, as their agents make them. */
  readonly simulation: Simulation;
  /** Nobody had started it before. */
  readonly fresh: boolean;
  readonly services: Readonly<Record<"identity" | "networking" | "compute" | "image", RestService>>;
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface EmbeddedOptions {
  readonly place: StorePlace;
  readonly env: Environment;
  /** What nobody foresaw; the client is told nothing of it. */
  report(error: unknown): void;
  /** Ends what goes on beside requests. */
  readonly signal: AbortSignal;
}

/** UNDERLAY_DATABASE_URL: PostgreSQL, which several servers may share; else a file in the data directory. */
export function storePlace(dataDir: string, env: Environment): StorePlace {
  if (env.UNDERLAY_DATABASE_URL) return { url: env.UNDERLAY_DATABASE_URL };
  makeDirectory(dataDir);
  return { file: path.join(dataDir, "underlay.db") };
}

export async function openEmbedded({ place, env, report, signal }: EmbeddedOptions): Promise<EmbeddedCloud> {
  const directory = env.UNDERLAY_NEUTRON_CONFIG;
  const config = directory ? await loadConfig(directory) : DEFAULT_CONFIG;
  const store = await openStore(place, { onError: report });
  const identity = new Identity(store);
  const fresh = await prepareIdentity(identity, passwordsOf(env));
  const neutron = new Neutron(store, config, { report, hooks: [COMPUTE_HOOKS] });
  const compute = new Compute(store, neutron);
  // Not `fresh`: an earlier first start may have been killed half-way.
  if ((await flavors.count(store.read)) === 0) {
    await neutron.change(serviceContext(), prepareAgents);
    const admin = await identity.projects.byName("default", "admin");
    await prepareCompute(store, randomUUID, admin?.id ?? "");
  }
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  await startHeartbeats(neutron, until, report);
  watchPlugging(compute.servers, until, report);
  await ensureDvrMacs(neutron);
  // A cloud without it is a cloud, too.
  if (env.UNDERLAY_EMPTY_CLOUD !== "1") await fillNewCloud({ store, identity, neutron, compute }, fresh).catch(report);
  const simulation = await Simulation.open({ store, signal: until, report });

  const authenticate = (request: RestRequest) => identity.context(request.headers.get("x-auth-token") ?? "");
  const options = { authenticate, report };
  return {
    store,
    identity,
    neutron,
    compute,
    simulation,
    fresh,
    services: {
      identity: identityService(identity),
      networking: networkingService(neutron, options),
      compute: computeService(compute, options),
      image: imageService(compute, options),
    },
    async close() {
      ending.abort();
      identity.close();
      await store.close();
    },
  };
}
