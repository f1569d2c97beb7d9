/** A cloud's check as asked for over HTTP: of the embedded one, by what its agents are told. */
import type { HostView } from "../agents/view.ts";
import type { CheckReport } from "../api/http.ts";
import { checkCloud } from "../check/check.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { Server } from "../server.ts";
import type { Simulation } from "../simulation/simulation.ts";

/** Throws Failure `not_found`. */
export async function checkOf(
  { clouds, embedded }: Pick<Server, "clouds" | "embedded">,
  id: string,
): Promise<CheckReport> {
  const cloud = await clouds.cloud(id);
  return id === EMBEDDED.id ? checkSimulated(cloud, (await embedded()).simulation) : checkCloud(cloud);
}

export function checkSimulated(cloud: CollectedCloud, simulation: Pick<Simulation, "view">): CheckReport {
  const views = new Map<string, HostView>();
  for (const { name } of cloud.world.hosts) {
    const view = simulation.view(name);
    if (view) views.set(name, view);
  }
  return checkCloud(cloud, views);
}
