/** What stands behind a console while a line runs: the world as it is by now, and what the line has done. */
import type { CollectedCloud } from "../collect/cloud.ts";
import type { TraceEvent } from "../datapath/event.ts";
import type { Remembered } from "../datapath/walk/remembered.ts";
import type { Command, Invocation } from "../host/command/command.ts";
import { CommandError } from "../host/command/command.ts";
import { nextPid } from "../host/command/process.ts";
import { namespaceOf, ROOT } from "../host/edit.ts";
import { apply } from "../host/run.ts";
import type { HostState, Namespace } from "../host/state.ts";
import type { Guest, World } from "../host/world.ts";
import type { Answer } from "./answer.ts";
import { programOf } from "./show/processes.ts";
import { type Counts, withCounts } from "./traffic/counters.ts";
import type { CapturedFrame } from "./traffic/frame.ts";
import { type Memory, remembering, surviving, withMemories } from "./traffic/memory.ts";

/** Where the next line runs. Plain data: the browser keeps it and sends it back. */
export interface Session {
  /** After `ip netns exec NAME bash`. */
  readonly netns?: string;
  /** After `virsh console NAME`: id of its port. */
  readonly guest?: string;
}

export interface Console {
  readonly cloud: CollectedCloud;
  readonly host: string;
  /** What was sent lately in this cloud, oldest first. */
  readonly frames: readonly CapturedFrame[];
  /** What pings have left on hosts. */
  readonly memories?: readonly Memory[];
  /** What packets were counted with on hosts, and are from now on; absent for a recording, which has its own. */
  readonly counts?: Counts;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Why nothing can be changed; absent where it can. */
  readonly readOnly?: string;
}

/** A capture that waits for more, between two looks. */
export interface Capture {
  readonly captured: number;
  readonly received: number;
}

/** Whoever typed the line can ask for what comes next. */
export interface Following {
  /** What was shown before; absent: it begins. */
  readonly begun?: Capture;
  /** Set by a program that waits for more. */
  goesOn?: Capture & { readonly farewell: string };
  /** Seconds that the line gives it (`timeout`). */
  seconds?: number;
}

/** One program as called. */
export interface Call {
  /** Its name without directories. */
  readonly program: string;
  readonly words: readonly string[];
  readonly netns: string;
  readonly line: Invocation;
  /** Its output goes to a terminal, not into a pipe: some tools print names for numbers then. */
  readonly tty: boolean;
}

/** An agent of this host is stopped, or started, as its service. */
export interface AgentOrder {
  /** The agent's. */
  readonly id: string;
  readonly run: boolean;
  /** How many of the line's commands come before it. */
  readonly after: number;
}

export type Program = (terminal: Terminal, call: Call) => Answer;

const MOST_WALKS = 20;

/** Undefined where it concerned nothing but what pings have left: the host itself has no such thing. */
function applied(bare: HostState, command: Command): HostState | undefined {
  try {
    return apply(bare, command);
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

export class Terminal {
  readonly commands: Command[] = [];
  readonly orders: AgentOrder[] = [];
  readonly sent: CapturedFrame[] = [];
  readonly notes: string[] = [];
  /** Absent where what is printed now is all. */
  following: Following | undefined;
  session: Session;
  clear = false;
  private walks = 0;
  /** Command lines of agents that this line has stopped. */
  private readonly ended = new Map<string, string>();
  private readonly console: Console;
  private changed: World;
  private remembered: readonly Memory[];
  private shown: HostState | undefined;

  constructor(console: Console, session: Session) {
    this.console = console;
    this.changed = console.cloud.world;
    this.remembered = console.memories ?? [];
    this.session = session;
  }

  get world(): World {
    return this.changed;
  }

  /** As it is by now. */
  get cloud(): CollectedCloud {
    return { ...this.console.cloud, world: this.changed };
  }

  /** As its tools show it: with what pings have left on it. */
  get host(): HostState {
    const { counts } = this.console;
    this.shown ??= withMemories(counts ? withCounts(this.bare, counts) : this.bare, this.remembered, this.now);
    return this.shown;
  }

  /** As packets and agents find it. */
  private get bare(): HostState {
    return this.changed.hosts.find((one) => one.name === this.console.host) as HostState;
  }

  get memories(): readonly Memory[] {
    return this.remembered;
  }

  /** A recording stays as it was recorded. */
  remember(more: readonly Remembered[]): void {
    if (this.console.readOnly !== undefined) return;
    this.remembered = remembering(this.remembered, more, this.now);
    this.shown = undefined;
  }

  /** A switch's MACs: of one bridge, or of all. */
  forgetMacs(bridge: string | undefined): void {
    if (this.console.readOnly !== undefined) throw new CommandError(this.console.readOnly, 1);
    this.remembered = this.remembered.filter(
      (one) => one.kind !== "mac" || one.host !== this.console.host || (bridge !== undefined && one.bridge !== bridge),
    );
    this.shown = undefined;
  }

  count(events: readonly TraceEvent[], times = 1): void {
    this.console.counts?.add(events, times);
    this.shown = undefined;
  }

  get now(): number {
    return this.console.now;
  }

  /** Before this line, and by it. */
  get frames(): readonly CapturedFrame[] {
    return this.sent.length === 0 ? this.console.frames : [...this.console.frames, ...this.sent];
  }

  /** The instance whose console this is. */
  get guest(): Guest | undefined {
    return this.changed.guests.find((one) => one.portId === this.session.guest);
  }

  /** Every packet that is walked takes some milliseconds: one line may not take seconds. */
  countWalk(): void {
    if (++this.walks > MOST_WALKS)
      throw new CommandError(`one line may send ${MOST_WALKS} packets; type the others in another`, 1);
  }

  /** Throws what `ip netns exec` says of a namespace that is not there. */
  namespace(name: string): Namespace {
    return namespaceOf(this.host, name);
  }

  /** Runs it on the host of this line; the caller runs it on the real simulated one. */
  change(command: Command): void {
    if (this.console.readOnly !== undefined) throw new CommandError(this.console.readOnly, 1);
    const { host, bare } = this;
    const shown = apply(host, command);
    this.remembered = surviving(this.remembered, host, shown);
    this.console.counts?.forgetRules(host, shown);
    this.shown = undefined;
    const next = host === bare ? shown : applied(bare, command);
    if (!next || next === bare) return;
    this.commands.push(command);
    this.console.counts?.forgetFlows(bare, next);
    this.put(next);
  }

  /** What its agents are told by their services. */
  control({ id, binary, run }: { id: string; binary: string; run: boolean }): void {
    if (this.console.readOnly !== undefined) throw new CommandError(this.console.readOnly, 1);
    const { bare } = this;
    const own = bare.processes.find((one) => programOf(one) === binary);
    if (run === (own !== undefined)) return;
    this.orders.push({ id, run, after: this.commands.length });
    const others = bare.processes.filter((one) => one !== own);
    const known = this.ended.get(binary) ?? `/usr/bin/python3 /usr/bin/${binary}`;
    if (own) this.ended.set(binary, own.command);
    this.put({ ...bare, processes: run ? [...others, { pid: nextPid(bare), netns: ROOT, command: known }] : others });
  }

  private put(next: HostState): void {
    this.shown = undefined;
    const { hosts } = this.changed;
    this.changed = { ...this.changed, hosts: hosts.map((one) => (one.name === next.name ? next : one)) };
  }
}
