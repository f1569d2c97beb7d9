/**
 * The commands that make one host into another. Parts run in order, each on the host as the ones before it left it, because
 * a command has consequences (an address brings its routes, a deleted device takes its own with it) that need none.
 */
import type { Command } from "../command/command.ts";
import { applyAll } from "../run.ts";
import type { HostState } from "../state.ts";

/** What one part of the host still lacks, and has too much. Must return at once for parts that are the same objects. */
export type DiffPart = (actual: HostState, desired: HostState) => readonly Command[];

/**
 * In the order in which agents work: what goes, then devices, then the switch's ports on them, then what devices carry.
 * A part that both removes and adds stands here twice when something else must come between.
 */
const PARTS: readonly DiffPart[] = [];

export interface Change {
  readonly commands: readonly Command[];
  /** The host after them. */
  readonly host: HostState;
}

/** Plans and runs at once: cheaper than `diff` and `applyAll` after each other. */
export function change(actual: HostState, desired: HostState): Change {
  let host = actual;
  const commands: Command[] = [];
  if (actual !== desired)
    for (const part of PARTS) {
      const some = part(host, desired);
      host = applyAll(host, some);
      commands.push(...some);
    }
  return { commands, host };
}

/** `applyAll(actual, diff(actual, desired))` is `desired`. */
export function diff(actual: HostState, desired: HostState): Command[] {
  return [...change(actual, desired).commands];
}
