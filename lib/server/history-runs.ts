/**
 * Traces that were run, remembered for who ran them: by user, project, role and cloud, so that nobody finds there what he may
 * no longer see. A tenant's run is kept as it was told to him.
 */
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import type { TraceQuery } from "../api/http.ts";
import type { RememberedRun } from "../api/reach.ts";
import { EMBEDDED } from "../clouds/embedded.ts";
import { Failure } from "../clouds/failure.ts";
import type { TraceEvent } from "../datapath/event.ts";
import type { EmbeddedCloud } from "../embedded.ts";
import { Collection } from "../store/collection.ts";
import { viewOf } from "../traceview/view.ts";
import { log } from "./log.ts";
import type { Session } from "./session.ts";

/** Runs that one owner keeps of one cloud. */
const KEPT = 200;
/** Of all owners and clouds together: recordings come and go, and so do users. */
const KEPT_IN_ALL = 5000;
/** Characters of a run's packed events; a longer run is listed, but cannot be compared. */
const LONGEST = 400_000;
/** A page that is loaded again asks the same again: that is no other run. */
const SAME_WITHIN_MS = 10_000;

interface StoredRun extends Omit<RememberedRun, "at"> {
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

interface StoredEvents {
  readonly id: string;
  /** NDJSON, deflated, in base64. */
  readonly packed: string;
}

const runs = new Collection<StoredRun>("trace_run", { silent: true, keys: { owner: (run) => run.owner } });
const events = new Collection<StoredEvents>("trace_run_events", { silent: true });

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** One session's runs of one cloud. */
export class Runs {
  private readonly store: EmbeddedCloud["store"];
  private readonly cloud: string;
  private readonly owner: string;

  constructor({ store }: Pick<EmbeddedCloud, "store">, session: Session, cloud: string) {
    this.store = store;
    this.cloud = cloud;
    this.owner = JSON.stringify([session.user.id, session.project.id, session.admin ? "admin" : "project", cloud]);
  }

  /** Newest first. */
  async list(): Promise<RememberedRun[]> {
    return (await this.all()).reverse().map(shown);
  }

  /** Throws Failure `not_found`. */
  async one(id: string): Promise<RememberedRun> {
    return shown(await this.stored(id));
  }

  /** Throws Failure `not_found`, also where there was too much to keep. */
  async events(id: string): Promise<TraceEvent[]> {
    await this.stored(id);
    const kept = await events.get(this.store.read, id);
    if (!kept) throw new Failure("not_found", "Of this run the hops were too many to keep.");
    const text = (await inflate(Buffer.from(kept.packed, "base64"))).toString("utf8");
    return text.split("\n").map((line) => JSON.parse(line) as TraceEvent); // Written by `keep` alone.
  }

  /** @param id of one, or `all` */
  async remove(id: string): Promise<void> {
    const gone = id === "all" ? await this.all() : [await this.stored(id)];
    await this.store.transaction(async (tx) => {
      for (const run of gone) {
        await runs.remove(tx, run.id);
        await events.remove(tx, run.id);
      }
    });
  }

  /** The number of the newest event of the cloud; to be asked before the trace looks at it. */
  async moment(): Promise<number | undefined> {
    return this.cloud === EMBEDDED.id ? (await this.store.lastEvent()).newest : undefined;
  }

  /** Passes a trace's events on, and keeps the whole of it before its last one. What cannot be kept is still told. */
  async *remember(
    query: TraceQuery,
    moment: number | undefined,
    told: Iterable<TraceEvent>,
  ): AsyncGenerator<TraceEvent> {
    const time = Date.now();
    const all: TraceEvent[] = [];
    for (const event of told) {
      all.push(event);
      if (event.kind === "verdict")
        await this.keep(query, time, moment, all, true).catch((error: unknown) => log().error(error));
      yield event;
    }
  }

  /** @param once whether the same answer to the same question a moment ago is this one */
  async keep(
    query: TraceQuery,
    time: number,
    moment: number | undefined,
    all: readonly TraceEvent[],
    once = false,
  ): Promise<RememberedRun> {
    const verdict = all.at(-1);
    if (verdict?.kind !== "verdict") throw new Error("a trace that has not ended is not remembered");
    const { outcome, code, summary } = verdict;
    const view = viewOf(all);
    const hops = view.legs.reduce((sum, leg) => sum + leg.rows.length, 0); // As the trace's own page counts them.
    const packed = (await deflate(all.map((event) => JSON.stringify(event)).join("\n"))).toString("base64");
    return this.store.transaction(async (tx) => {
      const own = await runs.list(tx, { keys: { owner: this.owner } });
      const last = own.at(-1);
      const same = once && last && time - last.time < SAME_WITHIN_MS && sameQuestion(last.query, query);
      if (same && (await events.get(tx, last.id))?.packed === packed) return shown(last);
      const run: StoredRun = {
        id: randomUUID(),
        owner: this.owner,
        time,
        query,
        outcome,
        code,
        summary,
        hops,
        ...(moment === undefined ? {} : { moment }),
      };
      await runs.insert(tx, run);
      if (packed.length <= LONGEST) await events.insert(tx, { id: run.id, packed });
      const all = (await runs.count(tx)) > KEPT_IN_ALL ? await runs.list(tx) : [];
      for (const old of [
        ...own.slice(0, Math.max(0, own.length + 1 - KEPT)),
        ...all.slice(0, all.length - KEPT_IN_ALL),
      ]) {
        await runs.remove(tx, old.id);
        await events.remove(tx, old.id);
      }
      return shown(run);
    });
  }

  private all(): Promise<StoredRun[]> {
    return runs.list(this.store.read, { keys: { owner: this.owner } });
  }

  private async stored(id: string): Promise<StoredRun> {
    const run = await runs.get(this.store.read, id);
    if (run?.owner === this.owner) return run;
    throw new Failure("not_found", "This run is not remembered (any more).");
  }
}

function sameQuestion(a: TraceQuery, b: TraceQuery): boolean {
  const text = (query: TraceQuery) => JSON.stringify(Object.entries(query).toSorted(([x], [y]) => (x < y ? -1 : 1)));
  return text(a) === text(b);
}

function shown({ owner: _, time, ...run }: StoredRun): RememberedRun {
  return { ...run, query: { ...run.query }, at: new Date(time).toISOString() };
}
