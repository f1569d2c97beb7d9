/** Runs commands on a simulated host: plain functions from one state to the next. */
import type { Command } from "./command/command.ts";
import { toolNamed } from "./command/tools.ts";
import { namespaceOf } from "./edit.ts";
import type { HostState } from "./state.ts";

/** The host after one command. What did not change is the same object. Throws CommandError as the tool would fail. */
export function apply(host: HostState, command: Command): HostState {
  namespaceOf(host, command.netns);
  return toolNamed(command.run.tool).apply(host, command.netns, command.run);
}

/** The host after all of them, one after the other. Throws at the first that fails. */
export function applyAll(host: HostState, commands: readonly Command[]): HostState {
  return commands.reduce(apply, host);
}
