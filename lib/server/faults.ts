/**
 * Faults of the embedded cloud, put in by an administrator's hand: the simulated hosts keep them, and agents do not undo
 * them. What takes each back is stored with it.
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { FaultPlaces, FaultReport, InjectedFault, TraceQuery } from "../api/http.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import { Failure } from "../clouds/failure.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { EmbeddedCloud } from "../embedded.ts";
import { FAULT_KINDS } from "../faults/catalogue.ts";
import { breaking, inject } from "../faults/inject.ts";
import type { FaultKind, FaultPlace } from "../faults/kind.ts";
import { CommandError } from "../host/command/command.ts";
import { diff } from "../host/diff/diff.ts";
import { applyAll } from "../host/run.ts";
import type { HostState } from "../host/state.ts";
import type { Server } from "../server.ts";
import { cloudOf } from "../simulation/world.ts";
import { Collection } from "../store/collection.ts";
import { withHosts } from "../whatif/repaired.ts";
import { FAULT_TEXTS, placesIn } from "./faults-places.ts";
import { type FaultLine, putBack, stands, type Undo, undoOf } from "./faults-undo.ts";

interface StoredFault {
  readonly id: string;
  readonly kind: string;
  readonly place: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly lines: readonly FaultLine[];
  readonly undo: readonly Undo[];
  readonly trace?: TraceQuery;
}

/** By the cloud as it is, and the faults that are in it. */
const wholes = new WeakMap<CollectedCloud, { readonly ids: string; readonly whole: CollectedCloud }>();
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
    const all = await placesIn(await this.whole()).all(FAULT_KINDS);
    const injected = await this.injected();
    return {
      kinds: FAULT_TEXTS.map((text, i) => {
        const places = free(text.kind, all[i] ?? [], injected);
        const hosts = new Set(places.flatMap((place) => place.lines.map((one) => one.host)));
        return { ...text, places: places.map((place) => place.label), hosts: [...hosts] };
      }),
      injected,
    };
  }

  /** Oldest first. */
  async injected(): Promise<InjectedFault[]> {
    const { hosts } = (await this.collected()).world;
    return (await this.all()).map((one) => shown(one, stands(one, hosts)));
  }

  /** Throws Failure `bad_request`. */
  async places(name: string): Promise<FaultPlaces> {
    const kind = kindNamed(name);
    const places = free(name, placesIn(await this.whole()).of(kind), await this.injected());
    return {
      kind: name,
      places: places.map(({ label, lines, trace }) => ({ label, lines: [...lines], trace })),
    };
  }

  /** @param label absent: the first place that there is. Throws Failure `bad_request` or `not_found`. */
  async inject(name: string, label?: string): Promise<InjectedFault> {
    const kind = kindNamed(name);
    const { simulation, store } = this.cloud;
    return simulation.inTurn(async () => {
      const injected = await this.injected();
      const place = placeAmong(placesIn(await this.whole()).of(kind), name, label, injected);
      rehearse((await this.collected()).world.hosts, name, place, injected);
      const undo: Undo[] = [];
      for (const host of new Set(place.lines.map((one) => one.host)))
        await this.alter(host, `fault ${name}: ${place.label}`, (now) => {
          const commands = breaking(place, host);
          undo.push(undoOf(applyAll(now, commands), now));
          return commands;
        });
      const { label: where, lines, trace } = place;
      const row = { id: randomUUID().slice(0, 8), kind: name, place: where, at: Date.now(), lines, undo, trace };
      await store.transaction((tx) => faults.insert(tx, row));
      return shown(row, true);
    });
  }

  /** Newer faults stay as they are. @param id as listed, or `all`. Throws Failure `not_found`. */
  async undo(id: string): Promise<InjectedFault[]> {
    return this.cloud.simulation.inTurn(() => this.takeBack(id));
  }

  private async takeBack(id: string): Promise<InjectedFault[]> {
    const all = await this.all();
    const gone = id === "all" ? all : all.filter((one) => one.id === id);
    if (gone.length === 0 && id !== "all") throw new Failure("not_found", `There is no fault ${id} to undo.`);
    const [first] = gone;
    if (!first) return [];
    const later = all.slice(all.indexOf(first));
    const staying = later.filter((one) => !gone.includes(one));
    const what = `undo ${gone.map((one) => `fault ${one.kind}: ${one.place}`).join(", ")}`;
    const undo = new Map<StoredFault, Undo[]>();
    const present = new Set((await this.collected()).world.hosts.map((one) => one.name));
    for (const host of new Set(later.flatMap((one) => one.undo.map((part) => part.host))))
      if (present.has(host))
        await this.alter(host, what, (now) => {
          const back = putBack([now], later, staying);
          for (const [fault, parts] of back.undo) undo.set(fault, [...(undo.get(fault) ?? []), ...parts]);
          return diff(now, back.hosts[0] ?? now);
        });
    await this.cloud.store.transaction(async (tx) => {
      for (const one of gone) await faults.remove(tx, one.id);
      for (const one of staying) await faults.update(tx, { ...one, undo: undo.get(one) ?? one.undo });
    });
    return gone.map((one) => shown(one, false));
  }

  private async all(): Promise<StoredFault[]> {
    return faults.list(this.cloud.store.read);
  }

  private async collected() {
    const { simulation } = this.cloud;
    await simulation.settled();
    return cloudOf(simulation.moment());
  }

  /** The cloud with all faults taken back: what one has broken is a place for others all the same. */
  private async whole(): Promise<CollectedCloud> {
    const [cloud, all] = [await this.collected(), await this.all()];
    if (all.length === 0) return cloud;
    const ids = all.map((one) => one.id).join();
    const known = wholes.get(cloud);
    if (known?.ids === ids) return known.whole;
    const { hosts } = putBack(cloud.world.hosts, all, []);
    const whole = withHosts(cloud, hosts);
    wholes.set(cloud, { ids, whole });
    return whole;
  }

  private async alter(
    host: string,
    what: string,
    commands: Exclude<Parameters<EmbeddedCloud["simulation"]["byHand"]>[1], readonly unknown[]>,
  ): Promise<void> {
    const { simulation } = this.cloud;
    const failure = await simulation.byHand(host, commands, what).catch((error: unknown) => {
      if (error instanceof CommandError) return error;
      throw error;
    });
    if (failure) throw new Failure("bad_request", `${host} has changed meanwhile: ${failure.message}`);
  }
}

function kindNamed(name: string): FaultKind {
  const kind = FAULT_KINDS.find((one) => one.kind === name);
  if (!kind) throw new Failure("bad_request", `kind: there is no fault ${JSON.stringify(name)}`, { field: "kind" });
  return kind;
}

/** Where no fault of this kind is yet. */
function free(kind: string, places: readonly FaultPlace[], injected: readonly InjectedFault[]): FaultPlace[] {
  const taken = new Set(injected.filter((one) => one.kind === kind && one.stands).map((one) => one.place));
  return places.filter((place) => !taken.has(place.label));
}

/** Fails before anything is changed, and says what is in the way. */
function rehearse(
  hosts: readonly HostState[],
  kind: string,
  place: FaultPlace,
  injected: readonly InjectedFault[],
): void {
  const near = new Set(place.lines.map((one) => one.host));
  const there = injected.filter((one) => one.stands && one.lines.some((line) => near.has(line.host)));
  const because = there.map((one) => `${one.kind} (${one.place})`).join(", ") || "a change by hand";
  const refused = (what: string) =>
    new Failure("bad_request", `place: ${what} at ${place.label}; what is there: ${because}`, { field: "place" });
  try {
    if (inject(hosts, place).undo.every((one) => one.commands.length === 0))
      throw refused(`${kind} would change nothing`);
  } catch (error) {
    throw error instanceof CommandError ? refused(`${kind} cannot be put in (${error.message})`) : error;
  }
}

function placeAmong(
  all: readonly FaultPlace[],
  kind: string,
  label: string | undefined,
  injected: readonly InjectedFault[],
): FaultPlace {
  const places = free(kind, all, injected);
  if (all.some((one) => one.label === label) && !places.some((one) => one.label === label))
    throw new Failure("bad_request", `place: ${kind} is at ${label} already`, { field: "place" });
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

function shown({ id, kind, place, at, lines, trace }: StoredFault, stands: boolean): InjectedFault {
  const code = FAULT_KINDS.find((one) => one.kind === kind)?.code ?? "";
  const known = trace ? { trace } : {};
  return { id, kind, place, since: new Date(at).toISOString(), code, lines: [...lines], ...known, stands };
}
