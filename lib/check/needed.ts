/** Leaves out of a repair what only a recording makes look necessary. */
import type { Command } from "../host/command/command.ts";
import { findNamespace } from "../host/edit.ts";
import { apply } from "../host/run.ts";
import type { HostState } from "../host/state.ts";
import { compareHosts } from "../intent/compare.ts";

/**
 * Settings that nobody asked the recorded host for, and files whose lines stand in another order, differ in nothing that
 * is known.
 */
export function needed(actual: HostState, commands: readonly Command[]): Command[] {
  let host = actual;
  const kept = commands.filter((command) => {
    const before = host;
    host = apply(before, command);
    return !canBeNoise(actual, command) || compareHosts(before, host).length > 0;
  });
  const written = kept.some(({ run }) => run.tool === "file");
  return written ? kept : kept.filter(({ run }) => !(run.tool === "process" && run.kind === "kill" && isReload(run)));
}

function canBeNoise(actual: HostState, { netns, run }: Command): boolean {
  if (run.tool === "file") return true;
  // In a namespace that is made anew, every setting counts.
  return run.tool === "sysctl" && Object.keys(findNamespace(actual, netns)?.sysctls ?? {}).length > 0;
}

function isReload({ signal }: { readonly signal: string }): boolean {
  return signal === "HUP" || signal === "1";
}
