/** A cloud's check as asked for over HTTP: of the embedded one, by what its agents are told. */
import { z } from "zod";
import type { HostView } from "../agents/view.ts";
import type { CheckedHost, CheckReport } from "../api/http.ts";
import type { Repair } from "../api/operate.ts";
import { checkCloud, checkHost, isChecked, repairHost } from "../check/check.ts";
import type { Mending } from "../check/repair-one.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import { Failure } from "../clouds/failure.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { parseCommands, printCommands } from "../host/command/shell.ts";
import { hostNamed } from "../hostgraph/lookup.ts";
import { viewsOf } from "../intent/recorded.ts";
import type { Server } from "../server.ts";
import type { Simulation } from "../simulation/simulation.ts";
import { cloudOf } from "../simulation/world.ts";

export type Views = ReadonlyMap<string, HostView>;

/**
 * Other requests go first: the check takes long where all of many hosts changed. It ends when nobody listens any more.
 * @param repair whether repairs are told, too. @param only a host's name; absent: all of them. Throws Failure `not_found`.
 */
export async function checkOf(
  from: Pick<Server, "clouds" | "embedded" | "waiters">,
  id: string,
  { repair = true, only, signal }: { repair?: boolean; only?: string | undefined; signal?: AbortSignal } = {},
): Promise<CheckReport> {
  const cloud = await from.clouds.cloud(id);
  const views = await viewsFor(from, id, cloud);
  const hosts: CheckedHost[] = [];
  for (const host of only === undefined ? cloud.world.hosts : [hostNamed(cloud, only)]) {
    const view = views.get(host.name);
    if (only === undefined && !isChecked(cloud, host, view)) await from.waiters.passed(signal);
    if (signal?.aborted) break;
    hosts.push(checkHost(cloud, host, view, repair));
  }
  return { hosts };
}

export function checkSimulated(cloud: CollectedCloud, simulation: Pick<Simulation, "view">): CheckReport {
  return checkCloud(cloud, viewsIn(cloud, simulation));
}

/** @param id of one difference; absent: of all. Throws Failure `not_found`. */
export async function repairFor(
  from: Pick<Server, "clouds" | "embedded">,
  cloudId: string,
  hostName: string,
  id?: string,
): Promise<Repair> {
  const cloud = await from.clouds.cloud(cloudId);
  const host = hostNamed(cloud, hostName);
  const views = await viewsFor(from, cloudId, cloud);
  return shown(hostName, repairHost(cloud, host, views.get(hostName), id));
}

const Request = z.object({
  host: z.string().min(1).max(300),
  id: z.string().min(1).max(4000).optional(),
  script: z.string().max(4_000_000),
});

/** Throws Failure `bad_request`. */
export async function repairRequest(request: globalThis.Request): Promise<z.output<typeof Request>> {
  const parsed = Request.safeParse(await request.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  throw new Failure("bad_request", "host: expected JSON as { host, id, script }", { field: "host" });
}

/** Runs what was shown, and nothing else. Throws Failure `read_only`, `not_found`, or `bad_request` when the host has changed since. */
export async function repair(
  { embedded }: Pick<Server, "embedded">,
  cloudId: string,
  asked: z.output<typeof Request>,
): Promise<Repair> {
  if (cloudId !== EMBEDDED.id)
    throw new Failure(
      "read_only",
      "Only hosts of the embedded cloud can be repaired from here: others are recordings.",
    );
  const { simulation } = await embedded();
  return simulation.inTurn(async () => {
    await simulation.settled();
    const cloud = cloudOf(simulation.moment());
    const host = hostNamed(cloud, asked.host);
    const found = shown(asked.host, repairHost(cloud, host, simulation.view(asked.host), asked.id));
    if (found.script !== asked.script)
      throw new Failure("bad_request", `${asked.host} has changed since its repair was shown.`, {
        hint: "Look at the commands again.",
        field: "script",
      });
    const what = asked.id === undefined ? "repair of all that differs" : `repair: ${asked.id}`;
    const failure = await simulation.byHand(asked.host, parseCommands(found.script), what);
    if (failure) throw new Failure("bad_request", `${asked.host}: ${failure.message}`);
    return found;
  });
}

export async function viewsFor(
  { embedded }: Pick<Server, "embedded">,
  id: string,
  cloud: CollectedCloud,
): Promise<Views> {
  if (id === EMBEDDED.id) return viewsIn(cloud, (await embedded()).simulation);
  let views = recorded.get(cloud);
  if (!views) {
    views = viewsOf(cloud.api, cloud.world.hosts);
    recorded.set(cloud, views);
  }
  return views;
}

/** Recordings do not change, and neither does what is made of them. */
const recorded = new WeakMap<CollectedCloud, Views>();

function viewsIn(cloud: CollectedCloud, simulation: Pick<Simulation, "view">): Views {
  const views = new Map<string, HostView>();
  for (const { name } of cloud.world.hosts) {
    const view = simulation.view(name);
    if (view) views.set(name, view);
  }
  return views;
}

function shown(host: string, mending: Mending | undefined): Repair {
  if (!mending) return { host, script: "", repairs: [] };
  return { host, script: printCommands(mending.commands), repairs: [...mending.repairs] };
}
