/** Signals go to the programs that they are meant for: agents read a program's number from its pid file when they send one. */
import type { Command } from "../host/command/command.ts";
import type { HostState, Process } from "../host/state.ts";

/** The commands with the numbers that programs of the host `believed` have on `actual`; those that do not run there get none. */
export function aimed(commands: readonly Command[], believed: HostState, actual: HostState): readonly Command[] {
  if (believed.processes === actual.processes) return commands;
  return commands.flatMap((command) => {
    const { run } = command;
    if (run.tool !== "process" || run.kind !== "kill") return [command];
    const meant = believed.processes.find(({ pid }) => pid === run.pid);
    if (!meant) return [command];
    const found = actual.processes.find((one) => one.netns === meant.netns && nameOf(one) === nameOf(meant));
    return found ? [{ ...command, run: { ...run, pid: found.pid } }] : [];
  });
}

/** Its pid file, where the command line has one. */
function nameOf({ command }: Process): string {
  return /--pid-file=\S+/.exec(command)?.[0] ?? command;
}
