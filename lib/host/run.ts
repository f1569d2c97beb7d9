/** Runs commands on a simulated host: plain functions from one state to the next. */
import { type Command, CommandError } from "./command/command.ts";
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

/** How a host came to be so, where that is known. It must not hold all that went before in memory. */
interface Way {
  readonly from: WeakRef<HostState>;
  readonly commands: readonly Command[];
}

const ways = new WeakMap<HostState, Way>();

/** As `applyAll`, for plans: what differs between the two hosts need not be worked out, it is these commands. */
export function planByRunning(host: HostState, commands: readonly Command[]): HostState {
  const planned = applyAll(host, commands);
  if (planned !== host) ways.set(planned, { from: new WeakRef(host), commands });
  return planned;
}

/** The commands by which the one host was planned from the other; undefined: it was planned otherwise. */
export function plannedCommands(from: HostState, to: HostState): readonly Command[] | undefined {
  const way = ways.get(to);
  return way?.from.deref() === from ? way.commands : undefined;
}

/** The host after those that it takes: where it is not as whoever wrote them believed, some fail, and the others go on. */
export function applyWhatGoes(host: HostState, commands: readonly Command[]): HostState {
  let now = host;
  for (const command of commands) {
    try {
      now = apply(now, command);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  }
  return now;
}
