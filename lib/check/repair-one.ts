/** What of a host's repair one difference needs. */
import { type Command, CommandError } from "../host/command/command.ts";
import { applyAll } from "../host/run.ts";
import type { HostState } from "../host/state.ts";

export interface Mending {
  readonly commands: readonly Command[];
  /** Ids of the differences that are gone after it: often more than the one. */
  readonly repairs: readonly string[];
}

/**
 * As few of the commands as it takes, in their order, and none that makes a new difference: larger and smaller runs of them
 * are left out as long as the difference goes.
 * @param idsOf the ids of a host's differences
 */
export function mendingOf(
  id: string,
  host: HostState,
  all: readonly Command[],
  idsOf: (host: HostState) => ReadonlySet<string>,
): Mending | undefined {
  const before = idsOf(host);
  const after = (commands: readonly Command[]) => {
    const ids = outcome(host, commands, idsOf);
    return ids && !ids.has(id) && ids.isSubsetOf(before) ? ids : undefined;
  };
  let commands = all;
  let left = after(all);
  if (!left) return undefined;
  for (let size = Math.ceil(all.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let end = commands.length; end > 0; end -= size) {
      const fewer = commands.filter((_, i) => i < end - size || i >= end);
      const then = fewer.length < commands.length ? after(fewer) : undefined;
      if (!then) continue;
      commands = fewer;
      left = then;
    }
  return { commands, repairs: [...before.difference(left)] };
}

function outcome(
  host: HostState,
  commands: readonly Command[],
  idsOf: (host: HostState) => ReadonlySet<string>,
): ReadonlySet<string> | undefined {
  try {
    return idsOf(applyAll(host, commands));
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}
