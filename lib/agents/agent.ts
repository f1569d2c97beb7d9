/**
 * An agent turns what it is told into what its host should be. It works in steps, because a later one builds on what the
 * system gave an earlier one (port numbers, interface indexes): after each, the difference is applied to the host.
 * Pure: no clock, no randomness, no I/O. What is not an agent's own it leaves as it is.
 */
import type { Command } from "../host/command/command.ts";
import type { HostState } from "../host/state.ts";
import type { AgentKind, HostView } from "./view.ts";

export interface Step {
  /** As the agents' logs would call it: `set up br-int`, `plug VIFs`, `wire ports`. */
  readonly name: string;
  /** The host as it should be after this step. Unchanged parts are the same objects. */
  plan(view: HostView, host: HostState): HostState;
  /** Commands, run after the difference, for what no plan tells: connections must end with what had let them through. */
  readonly cleanUp?: (before: Told, after: Told) => readonly Command[];
}

/** A host, and what its agents were told when it was so. */
export interface Told {
  readonly view: HostView;
  readonly host: HostState;
}

export interface Agent {
  readonly kind: AgentKind;
  readonly steps: readonly Step[];
}
