/** Programs that are to end, and those to start. */
import type { Command } from "../command/command.ts";
import { differing } from "../differing.ts";
import { ROOT } from "../edit.ts";
import type { HostState, Process } from "../state.ts";

/** The same program, whatever its number. */
function identity({ netns, command }: Process): string {
  return `${netns ?? ROOT} ${command}`;
}

/** How many more a list has of each program than the other. */
function surplus(all: readonly Process[], against: readonly Process[]): Process[] {
  const { gone: some, come: others } = differing(all, against);
  const left = new Map<string, number>();
  for (const process of others) left.set(identity(process), (left.get(identity(process)) ?? 0) + 1);
  return some.filter((process) => {
    const n = left.get(identity(process)) ?? 0;
    if (n > 0) left.set(identity(process), n - 1);
    return n === 0;
  });
}

export function processEnds(actual: HostState, desired: HostState): Command[] {
  if (actual.processes === desired.processes) return [];
  return surplus(actual.processes, desired.processes).map(({ pid }) => ({
    netns: ROOT,
    run: { tool: "process", kind: "kill", signal: "9", pid },
  }));
}

/** Only what agents and hypervisors start: of another program the command line is no command. */
const STARTED = /^(\S*\/)?(dnsmasq|haproxy|radvd|qemu-system-\w+)\s/;

export function processStarts(actual: HostState, desired: HostState): Command[] {
  if (actual.processes === desired.processes) return [];
  return surplus(desired.processes, actual.processes)
    .filter(({ command }) => STARTED.test(command))
    .map(({ netns, command }) => ({
      netns: netns ?? ROOT,
      run: { tool: "process", kind: "start", words: command.split(" ") },
    }));
}
