/**
 * One host: what its agents believe it to be, and what it is. Both are one object until somebody changes it by hand: agents
 * then go on from what they believe, and undo nothing until they are started again, as real ones.
 */

import type { Agent, Step, Told } from "../agents/agent.ts";
import { runsAgent, withAgent } from "../agents/baseline/processes.ts";
import type { AgentKind, HostView } from "../agents/view.ts";
import type { Command } from "../host/command/command.ts";
import { CommandError } from "../host/command/command.ts";
import { diff } from "../host/diff/diff.ts";
import { apply, applyWhatGoes } from "../host/run.ts";
import type { HostState } from "../host/state.ts";
import { compareHosts } from "../intent/compare.ts";
import { planned } from "../intent/recorded.ts";
import { aimed } from "./aim.ts";
import { withRulesThere } from "./aim-rules.ts";
import { type Cause, History } from "./history.ts";

/** As it is stored, once agents would not make the same of it from nothing. */
export interface Kept {
  readonly believed: HostState;
  /** Absent: as its agents believe. */
  readonly actual?: HostState;
}

export class SimulatedHost {
  readonly history = new History();
  private believed: HostState;
  private now: HostState;
  private view: HostView | undefined;
  /** Kinds that ran the last time; undefined: they all go on where they were. */
  private ran: ReadonlySet<string> | undefined;
  private stopped = false;
  /** Its agents believe what somebody made by hand. */
  private mended: boolean;

  private readonly agents: readonly Agent[];

  /** @param agents in the order in which they run */
  constructor(bare: HostState, agents: readonly Agent[], kept?: Kept) {
    this.agents = agents;
    this.believed = kept?.believed ?? bare;
    this.now = kept?.actual ?? this.believed;
    this.mended = kept !== undefined;
  }

  get state(): HostState {
    return this.now;
  }

  /** What the agents made, without what was done by hand. */
  get intended(): HostState {
    return this.believed;
  }

  get diverged(): boolean {
    return this.now !== this.believed;
  }

  /** What must be stored of it; undefined: its agents would make the same from nothing. */
  get kept(): Kept | undefined {
    if (this.diverged) return { believed: this.believed, actual: this.now };
    return this.stopped || this.mended ? { believed: this.believed } : undefined;
  }

  /**
   * Its agents do what the view asks. One that has just been started sets right what it finds.
   * @param anew kinds that were started since the last run, also if they had been stopped after it
   */
  run(
    view: HostView,
    stopped: ReadonlySet<AgentKind>,
    about: { at: number; causes: readonly Cause[] },
    anew: ReadonlySet<string> = new Set(),
  ): void {
    const kinds = new Set<string>(view.settings.agents.filter((kind) => !stopped.has(kind)));
    if (view === this.view && this.ran && anew.size === 0 && kinds.symmetricDifference(this.ran).size === 0) return;
    this.stopped = stopped.size > 0;
    for (const kind of view.settings.agents) this.listProgram(kind, !stopped.has(kind));
    let started = false;
    const before = this.view && { view: this.view, host: this.believed };
    for (const agent of this.agents) {
      if (!kinds.has(agent.kind)) continue;
      const resync = this.diverged && (anew.has(agent.kind) || this.ran?.has(agent.kind) === false);
      started ||= resync;
      this.runAgent(agent, view, about, resync, before);
    }
    this.view = view;
    this.ran = kinds;
    if (started) this.believeWhatIs(view, kinds);
  }

  /** An administrator's commands. @returns how many were run before one failed, and that one's error */
  byHand(commands: readonly Command[], about: { at: number; what: string }): CommandError | undefined {
    const done: Command[] = [];
    let failure: CommandError | undefined;
    for (const command of commands) {
      try {
        this.now = apply(this.now, command);
        done.push(command);
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        failure = error;
        break;
      }
    }
    this.history.add({ at: about.at, causes: [{ what: about.what }], agent: "by hand", step: "" }, done);
    if (this.view) this.believeWhatIs(this.view);
    return failure;
  }

  /** Where agents would leave the host as it is, they go on from what it is: what somebody did in place of one is not done again. */
  private believeWhatIs(view: HostView, kinds: ReadonlySet<string> = new Set(view.settings.agents)): void {
    if (!this.diverged) return;
    const agents = this.agents.filter((one) => kinds.has(one.kind));
    // The order of a file's lines, and the like, is nobody's business.
    if (compareHosts(planned(view, this.now, agents), this.now).length > 0) return;
    this.believed = this.now;
    this.mended = true;
  }

  /** What its programs wrote by themselves: nobody's plan, and no difference from one. */
  note(change: (host: HostState) => HostState): void {
    const same = this.now === this.believed;
    this.believed = change(this.believed);
    this.now = same ? this.believed : change(this.now);
  }

  /** Nobody starts again what an administrator has killed, until he starts the agent. */
  private listProgram(kind: AgentKind, running: boolean): void {
    if (runsAgent(this.believed, kind) !== running) this.note((host) => withAgent(host, kind, running));
  }

  private runAgent(
    agent: Agent,
    view: HostView,
    about: { at: number; causes: readonly Cause[] },
    resync: boolean,
    before: Told | undefined,
  ): void {
    for (const step of agent.steps) {
      const deed = { ...about, agent: agent.kind, step: step.name };
      try {
        this.runStep(step, view, deed, resync, before);
      } catch (error) {
        // What somebody made by hand may be in its way: an agent logs that, and goes on with what it can do.
        if (!(error instanceof CommandError)) throw error;
        this.history.fail(deed, error.message);
      }
    }
  }

  private runStep(
    step: Step,
    view: HostView,
    deed: Parameters<History["add"]>[0],
    resync: boolean,
    before: Told | undefined,
  ): void {
    const { believed, now } = this;
    const planned = step.plan(view, believed);
    const from = resync ? now : believed;
    const to = resync ? step.plan(view, now) : planned;
    if (from !== to && now === from) {
      this.now = to;
      this.history.add(deed, { from, to });
    } else if (from !== to) {
      const commands = aimed(withRulesThere(diff(from, to), from, to, now), from, now);
      this.now = applyWhatGoes(now, commands);
      this.history.add(deed, commands);
    }
    this.believed = planned;
    if (before) this.tidy(step.cleanUp?.(before, { view, host: this.believed }), deed);
  }

  private tidy(commands: readonly Command[] | undefined, deed: Parameters<History["add"]>[0]): void {
    if (!commands || commands.length === 0) return;
    const { believed, now } = this;
    this.believed = applyWhatGoes(believed, commands);
    const told = aimed(commands, believed, now);
    this.now = now === believed ? this.believed : applyWhatGoes(now, told);
    this.history.add(deed, told);
  }
}
