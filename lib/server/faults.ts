/**
 * Faults of the embedded cloud, put in by an administrator's hand: the simulated hosts keep them, and agents do not undo
 * them. What takes each back is stored with it.
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { FaultReport, InjectedFault } from "../api/http.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import { Failure } from "../clouds/failure.ts";
import type { EmbeddedCloud } from "../embedded.ts";
import { FAULT_KINDS } from "../faults/catalogue.ts";
import { inject } from "../faults/inject.ts";
import type { FaultPlace } from "../faults/kind.ts";
import { Scene } from "../faults/scene.ts";
import { diff } from "../host/diff/diff.ts";
import type { HostState } from "../host/state.ts";
import type { Server } from "../server.ts";
import { cloudOf } from "../simulation/world.ts";
import { Collection } from "../store/collection.ts";
import { type FaultLine, putBack, type Undo, undoOf } from "./faults-undo.ts";

interface StoredFault {
  readonly id: string;
  readonly kind: string;
  readonly place: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly lines: readonly FaultLine[];
  readonly undo: readonly Undo[];
}

const faults = new Collection<StoredFault>("injected_fault");

/** Throws Failure `read_only` for any other cloud. */
export async function faultsOf({ embedded }: Pick<Server, "embedded">, cloud: string): Promise<Faults> {
  if (cloud !== EMBEDDED.id)
    throw new Failure("read_only", "Faults can be put into the embedded cloud alone: other clouds are recordings.");
  return new Faults(await embedded());
}

const Request = z.object({ kind: z.string().min(1).max(100), place: z.string().max(300).optional() });

/** Throws Failure `bad_request`. */
export async function faultRequest(request: globalThis.Request): Promise<z.output<typeof Request>> {
  const parsed = Request.safeParse(await request.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  throw new Failure("bad_request", "kind: expected JSON as { kind, place }", { field: "kind" });
}

export class Faults {
  private readonly cloud: Pick<EmbeddedCloud, "store" | "simulation">;

  constructor(cloud: Pick<EmbeddedCloud, "store" | "simulation">) {
    this.cloud = cloud;
  }

  async report(): Promise<FaultReport> {
    const scene = await this.scene();
    return {
      kinds: FAULT_KINDS.map((one) => ({
        kind: one.kind,
        title: one.title,
        places: [...one.places(scene)].map((place) => place.label),
      })),
      injected: (await this.all()).map(shown),
    };
  }

  /** @param label absent: the first place that there is. Throws Failure `bad_request` or `not_found`. */
  async inject(kind: string, label?: string): Promise<InjectedFault> {
    const known = FAULT_KINDS.find((one) => one.kind === kind);
    if (!known) throw new Failure("bad_request", `kind: there is no fault ${JSON.stringify(kind)}`, { field: "kind" });
    const scene = await this.scene();
    const place = placeAmong([...known.places(scene)], kind, label);
    const { hosts, undo } = inject(scene.cloud.world.hosts, place);
    await this.become(scene.cloud.world.hosts, hosts, `fault ${kind}: ${place.label}`);
    const id = randomUUID().slice(0, 8);
    const row = { id, kind, place: place.label, at: Date.now(), lines: place.lines, undo: undo.map(undoOf) };
    await this.cloud.store.transaction((tx) => faults.insert(tx, row));
    return shown(row);
  }

  /** Newer faults stay as they are. @param id as listed, or `all`. Throws Failure `not_found`. */
  async undo(id: string): Promise<InjectedFault[]> {
    const all = await this.all();
    const gone = id === "all" ? all : all.filter((one) => one.id === id);
    if (gone.length === 0 && id !== "all") throw new Failure("not_found", `There is no fault ${id} to undo.`);
    const [first] = gone;
    if (!first) return [];
    const later = all.slice(all.indexOf(first));
    const staying = later.filter((one) => !gone.includes(one));
    const { hosts } = (await this.scene()).cloud.world;
    const back = putBack(hosts, later, staying);
    await this.become(hosts, back.hosts, `undo ${gone.map((one) => `fault ${one.kind}: ${one.place}`).join(", ")}`);
    await this.cloud.store.transaction(async (tx) => {
      for (const one of gone) await faults.remove(tx, one.id);
      for (const one of staying) await faults.update(tx, { ...one, undo: back.undo.get(one) ?? one.undo });
    });
    return gone.map(shown);
  }

  private async all(): Promise<StoredFault[]> {
    return faults.list(this.cloud.store.read);
  }

  private async scene(): Promise<Scene> {
    const { simulation } = this.cloud;
    await simulation.settled();
    return new Scene(cloudOf(simulation.moment()));
  }

  private async become(before: readonly HostState[], after: readonly HostState[], what: string): Promise<void> {
    for (const [i, host] of before.entries()) {
      const next = after[i];
      if (next === undefined || next === host) continue;
      const failure = await this.cloud.simulation.byHand(host.name, diff(host, next), what);
      if (failure) throw new Failure("bad_request", `${host.name} has changed meanwhile: ${failure.message}`);
    }
  }
}

function placeAmong(places: readonly FaultPlace[], kind: string, label: string | undefined): FaultPlace {
  const [first] = places;
  if (!first) throw new Failure("not_found", `There is no place for ${kind} in this cloud as it is now.`);
  if (label === undefined) return first;
  const exact = places.find((one) => one.label === label);
  if (exact) return exact;
  const near = places.filter((one) => one.label.toLowerCase().includes(label.toLowerCase()));
  if (near.length === 1 && near[0]) return near[0];
  const choice = (near.length > 0 ? near : places).slice(0, 5).map((one) => JSON.stringify(one.label));
  const why = near.length > 1 ? "means several places" : "is no place";
  throw new Failure(
    "bad_request",
    `place: ${JSON.stringify(label)} ${why} for ${kind}; there are ${choice.join(", ")}`,
    {
      field: "place",
    },
  );
}

function shown({ id, kind, place, at }: StoredFault): InjectedFault {
  return { id, kind, place, since: new Date(at).toISOString() };
}
