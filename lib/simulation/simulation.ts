/**
 * The hosts of the embedded cloud. Each server process simulates all of them by itself: it follows the log of changes, tells
 * each host's agents what they would be told, and lets them work on the host in memory. Processes on one database see the
 * same log, and so build the same hosts; what was changed by hand they share through the store.
 */
import { randomUUID } from "node:crypto";
import { setImmediate, setTimeout } from "node:timers/promises";
import type { Agent } from "../agents/agent.ts";
import { AGENTS } from "../agents/agents.ts";
import { baseline } from "../agents/baseline/baseline.ts";
import { unsupported } from "../agents/unsupported.ts";
import type { HostSettings, HostView } from "../agents/view.ts";
import type { CloudApi } from "../api/neutron.ts";
import type { Command, CommandError } from "../host/command/command.ts";
import { stable } from "../host/stable.ts";
import type { Gap, HostState } from "../host/state.ts";
import { settingsOf } from "../intent/settings.ts";
import { hostViews } from "../intent/views.ts";
import { dhcpBindings } from "../neutron/agent/dhcp-bindings.ts";
import { stoppedAgents } from "../neutron/agent/stopped.ts";
import { routerBindings } from "../neutron/l3/model.ts";
import { type Followed, follow } from "../store/follow.ts";
import type { Store, StoreEvent } from "../store/store.ts";
import { handMarks, handNumber, markByHand, readKept, writeKept } from "./by-hand.ts";
import { causeOf } from "./cause.ts";
import { Clients, withLeases } from "./clients.ts";
import type { Cause, Deed } from "./history.ts";
import { OUTSIDE, outsideHost } from "./outside.ts";
import { SimulatedHost } from "./simulated-host.ts";
import { Snapshot } from "./snapshot.ts";

/** Between two rounds of the agents, as a multiple of what the last one took. */
const PAUSE_FACTOR = 3;
const LONGEST_PAUSE_MS = 250;

export interface SimulationOptions {
  readonly store: Store;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Those that there are, in the order in which they run; tests bring their own. */
  readonly agents?: readonly Agent[];
  /** What nobody foresaw. */
  report(error: unknown): void;
}

/** The cloud at one moment: the same object while nothing changes. */
export interface Moment {
  readonly api: CloudApi;
  readonly hosts: readonly HostState[];
  /** What their agents were asked for and do not do. */
  readonly gaps: readonly Gap[];
}

/** Events of one burst that a host's history names. */
const CAUSES = 20;
/** Guests' questions take a fifth of the time. */
const CLIENTS_PAUSE_FACTOR = 4;
const SLICE_MS = 15;
/** Who serves what: hosts change by what the agents do about it. */
const SCHEDULES: ReadonlySet<string> = new Set([dhcpBindings.kind, routerBindings.kind]);
const START: Cause = { what: "the server started" };

export class Simulation {
  private readonly store: Store;
  private readonly agents: readonly Agent[];
  private readonly report: (error: unknown) => void;
  private readonly snapshot = new Snapshot();
  private readonly hosts = new Map<string, SimulatedHost>();
  /** Names of those that are stored. */
  private readonly kept = new Set<string>();
  /** Number of the newest change by hand that this process knows of, by host. */
  private readonly marks = new Map<string, number>();
  /** This process, among those that share the database. */
  private readonly process = randomUUID();
  private settings: readonly HostSettings[] = [];
  private views = new Map<string, HostView>();
  private gaps: readonly Gap[] = [];
  private causes: Cause[] = [];
  /** Kinds of agents that were started since the last round, by host. */
  private anew = new Map<string, Set<string>>();
  private dirty = true;
  private at = 0;
  /** Number of the newest event that was taken in. */
  private seen = 0;
  private working: Promise<void> = Promise.resolve();
  /** A round will begin soon. */
  private due = false;
  /** Milliseconds of the last round. */
  private took = 0;
  private readonly signal: AbortSignal;
  private readonly clients = new Clients();
  private asking: Promise<void> | undefined;
  private waiting: { readonly seq: number; readonly done: () => void }[] = [];
  private last: Moment | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  private constructor({ store, agents = AGENTS, signal, report }: SimulationOptions) {
    this.store = store;
    this.signal = signal;
    this.agents = agents;
    this.report = report;
  }

  /** Answers once all hosts are built. */
  static async open(options: SimulationOptions): Promise<Simulation> {
    const simulation = new Simulation(options);
    await simulation.start();
    void simulation.follow(options.signal).catch(options.report);
    return simulation;
  }

  /** As the hosts are now that all which was committed before this call has reached their agents. */
  async settled(): Promise<void> {
    const { newest } = await this.store.lastEvent();
    if (this.seen < newest && !this.signal.aborted)
      await new Promise<void>((done) => this.waiting.push({ seq: newest, done }));
    await this.flush();
  }

  moment(): Moment {
    const api = this.snapshot.api();
    const hosts = [...this.hosts.values()].map((host) => host.state);
    const same = this.last?.api === api && this.last.gaps === this.gaps && hosts.length === this.last.hosts.length;
    if (this.last && same && hosts.every((one, i) => one === this.last?.hosts[i])) return this.last;
    this.last = { api, hosts, gaps: this.gaps };
    return this.last;
  }

  /** As its agents made it, without what was done by hand. */
  intended(host: string): HostState | undefined {
    return this.hosts.get(host)?.intended;
  }

  view(host: string): HostView | undefined {
    return this.views.get(host);
  }

  /** What was done on a host, oldest first; with a device: the commands that name it. */
  history(host: string, device?: string): Deed[] {
    const history = this.hosts.get(host)?.history;
    if (!history) return [];
    return device === undefined ? history.list() : history.of(device);
  }

  /** One after another: what looks at hosts, and then changes them by hand by what it saw. Never call it inside of itself. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => {});
    return mine;
  }

  /**
   * An administrator's commands on a host, until one fails: its error. Nothing that agents do undoes them, unless these start
   * anew. @param commands or what they are, by the host at the very moment when they run
   */
  async byHand(
    host: string,
    commands: readonly Command[] | ((now: HostState) => readonly Command[]),
    what = "by hand",
  ): Promise<CommandError | undefined> {
    while (!this.signal.aborted) {
      await this.settled();
      const done = await this.store.transaction(async (tx) => {
        // Another process was faster: its outcome is on its way here, and what is asked for is done on that.
        if ((await handNumber(tx, host)) !== (this.marks.get(host) ?? 0)) return undefined;
        const simulated = this.hosts.get(host);
        if (!simulated) throw new Error(`no such host: ${host}`);
        const own = typeof commands === "function" ? commands(simulated.state) : commands;
        if (own.length === 0) return { failure: undefined };
        const failure = simulated.byHand(own, { at: Date.now(), what });
        this.kept.add(host);
        await writeKept(tx, host, simulated.kept);
        this.marks.set(host, await markByHand(tx, host, this.process));
        return { failure };
      });
      if (done) return done.failure;
    }
    throw new Error("the simulation has ended");
  }

  /** Guests ask for their addresses, some at a time: all else goes first. Answers once nobody has anything to ask. */
  addressed(): Promise<void> {
    this.asking ??= this.answerClients().catch((error) => {
      this.asking = undefined;
      this.report(error);
    });
    return this.asking;
  }

  private async answerClients(): Promise<void> {
    for (;;) {
      const moment = this.moment();
      const granted = await this.inSlices(this.clients.ask(moment, Math.floor(Date.now() / 1000)));
      if (!granted && this.moment() === moment) {
        // At once: who asks from now on may have changed something.
        this.asking = undefined;
        return;
      }
      if (!granted) continue;
      for (const name of new Set(granted.map((one) => one.host))) {
        const own = granted.filter((one) => one.host === name);
        this.hosts.get(name)?.note((host) => withLeases(host, own));
      }
    }
  }

  /** What a long piece of work comes to; it pauses for longer than it works. Undefined: the end of all came first. */
  private async inSlices<T>(work: Generator<void, T>): Promise<T | undefined> {
    let since = performance.now();
    while (!this.signal.aborted) {
      const step = work.next();
      if (step.done) return step.value;
      const worked = performance.now() - since;
      if (worked < SLICE_MS) continue;
      await setTimeout(worked * CLIENTS_PAUSE_FACTOR, undefined, { ref: false });
      since = performance.now();
    }
    return undefined;
  }

  private async start(): Promise<void> {
    this.seen = (await this.store.lastEvent()).newest;
    await this.snapshot.load(this.store.read);
    this.causes = [START];
    this.dirty = true;
    this.at = Date.now();
    await this.flush();
    void this.addressed();
  }

  private async follow(signal: AbortSignal): Promise<void> {
    for await (const followed of follow(this.store, this.seen, signal)) {
      await this.take(followed).catch(this.report);
      const ready = this.waiting.filter((one) => one.seq <= this.seen);
      this.waiting = this.waiting.filter((one) => one.seq > this.seen);
      for (const one of ready) one.done();
    }
    for (const one of this.waiting) one.done();
  }

  private async take(followed: Followed): Promise<void> {
    if (followed.kind === "reset") {
      await this.snapshot.load(this.store.read);
      this.dirty = true;
      this.seen = followed.seq;
    } else {
      await this.takeEvent(followed.event);
      this.seen = followed.event.seq;
    }
    if (this.dirty) void this.soon();
  }

  private async takeEvent(event: StoreEvent): Promise<void> {
    this.at = event.at;
    if (event.kind === handMarks.kind) {
      const by = typeof event.after === "object" && event.after !== null && "by" in event.after && event.after.by;
      if (by !== this.process) await this.reload(event.id);
      return;
    }
    if (!this.snapshot.apply(event)) return;
    this.dirty = true;
    if (event.kind === stoppedAgents.kind && event.after === null) this.startedAnew(event.id);
    if (!SCHEDULES.has(event.kind)) this.causes.push(causeOf(event));
  }

  private startedAnew(agentId: string): void {
    const agent = this.snapshot.agentAt(agentId);
    if (!agent) return;
    const kinds = this.anew.get(agent.host) ?? new Set();
    this.anew.set(agent.host, kinds.add(agent.kind));
  }

  /** A host that another process changed by hand, after all that had been committed there. */
  private async reload(name: string): Promise<void> {
    if (!this.hosts.has(name)) return;
    this.anew.delete(name);
    await this.open(name);
    this.dirty = true;
  }

  private async open(name: string): Promise<void> {
    const settings = this.settings.find((one) => one.name === name);
    const bare = settings ? baseline(settings) : outsideHost(this.snapshot.api());
    if (!bare) throw new Error(`no such host: ${name}`);
    const mark = await handNumber(this.store.read, name);
    const kept = await readKept(this.store.read, name);
    // At once: who finds the mark finds the host that it stands for.
    if (kept) this.kept.add(name);
    this.marks.set(name, mark);
    this.hosts.set(name, new SimulatedHost(bare, settings ? this.agents : [], kept));
  }

  /**
   * With what else comes in the same breath: one change of the API is several events. While changes come without a pause, requests
   * get most of the time: on a large cloud a round of all agents takes as long as many requests.
   */
  private async soon(): Promise<void> {
    if (this.due) return;
    this.due = true;
    await setTimeout(Math.min(LONGEST_PAUSE_MS, this.took * PAUSE_FACTOR), undefined, { ref: false });
    this.due = false;
    const since = performance.now();
    await this.flush().catch(this.report);
    void this.addressed();
    this.took = performance.now() - since;
  }

  private flush(): Promise<void> {
    const before = this.working;
    this.working = before.catch(() => {}).then(() => this.work());
    return this.working;
  }

  private async work(): Promise<void> {
    if (!this.dirty) return;
    this.dirty = false;
    const about = { at: this.at, causes: this.causes.slice(-CAUSES) };
    this.causes = [];
    const { anew, views: before } = this;
    this.anew = new Map();
    await this.look();
    for (const { name } of this.mostUrgentFirst(before)) {
      const host = this.hosts.get(name);
      const view = this.views.get(name);
      if (!host || !view) continue;
      const { state } = host;
      try {
        host.run(view, this.snapshot.stoppedKinds(name), about, anew.get(name));
      } catch (error) {
        this.report(error);
      }
      await this.keep(name, host, state);
      if (host.state !== state) await setImmediate(); // Requests go on.
    }
  }

  /** Whoever made a port waits for the host that has it; all others are only told of it. */
  private mostUrgentFirst(before: ReadonlyMap<string, HostView>): HostSettings[] {
    const isUrgent = ({ name }: HostSettings) => this.views.get(name)?.ports !== before.get(name)?.ports;
    return [...this.settings.filter(isUrgent), ...this.settings.filter((one) => !isUrgent(one))];
  }

  /** Writes what a restart could not make again. */
  private async keep(name: string, host: SimulatedHost, before: HostState): Promise<void> {
    const { kept } = host;
    if (kept ? this.kept.has(name) && host.state === before : !this.kept.has(name)) return;
    if (kept) this.kept.add(name);
    else this.kept.delete(name);
    const mark = this.marks.get(name);
    await this.store.transaction(async (tx) => {
      // What another process has done by hand since is not overwritten: it is about to be read.
      if ((await handNumber(tx, name)) === mark) await writeKept(tx, name, kept);
    });
  }

  /** What there is now to be told to each host's agents. */
  private async look(): Promise<void> {
    const api = this.snapshot.api();
    const computes = this.snapshot.computeHosts();
    this.settings = stable(this.settings, settingsOf(api.agents, computes));
    const outside = outsideHost(api);
    const names = this.settings.map((one) => one.name);
    if (outside && !names.includes(OUTSIDE)) names.push(OUTSIDE);
    for (const name of this.hosts.keys()) if (!names.includes(name)) this.hosts.delete(name);
    const known = this.hosts.get(OUTSIDE);
    if (outside && known && !known.diverged && known.state !== outside) this.hosts.delete(OUTSIDE);
    for (const name of names) if (!this.hosts.has(name)) await this.open(name);
    const views = hostViews(api, { settings: this.settings, dvrMacs: this.snapshot.dvrMacs() });
    this.views = stable(this.views, views);
    const gaps = [...this.views.values()].flatMap(gapsOf);
    this.gaps = stable(this.gaps, gaps);
  }
}

function gapsOf(view: HostView): Gap[] {
  return unsupported(view).map(({ subject, reason }) => ({ host: view.settings.name, file: subject, reason }));
}
