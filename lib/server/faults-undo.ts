/** Takes faults back in any order: newer ones are taken off first, and put on again. */
import { parseCommand, parseCommands, printCommands } from "../host/command/shell.ts";
import { diff } from "../host/diff/diff.ts";
import { applyWhatGoes } from "../host/run.ts";
import type { HostState } from "../host/state.ts";
import { compareHosts } from "../intent/compare.ts";
import { byRule } from "./faults-rules.ts";

export interface FaultLine {
  readonly host: string;
  readonly line: string;
}

/** The script that takes a fault off one host. */
export interface Undo {
  readonly host: string;
  readonly script: string;
}

interface Fault {
  readonly lines: readonly FaultLine[];
  readonly undo: readonly Undo[];
}

/** What takes a fault off, also when agents have put their own rules of iptables right or elsewhere meanwhile. */
export function undoOf(broken: HostState, whole: HostState): Undo {
  const commands = diff(broken, whole).flatMap((command) => byRule(command, broken));
  return { host: whole.name, script: printCommands(commands) };
}

/** @param later the oldest one that goes and all since, oldest first @param staying those of them that stay */
export function putBack<F extends Fault>(
  before: readonly HostState[],
  later: readonly F[],
  staying: readonly F[],
): { readonly hosts: HostState[]; readonly undo: ReadonlyMap<F, Undo[]> } {
  const undo = new Map<F, Undo[]>();
  const hosts = before.map((host) => {
    let now = host;
    for (const fault of later.toReversed())
      for (const { host: name, script } of fault.undo)
        if (name === host.name) now = applyWhatGoes(now, parseCommands(script));
    for (const fault of staying) {
      const clean = now;
      const own = fault.lines.filter((one) => one.host === host.name).map((one) => parseCommand(one.line));
      now = applyWhatGoes(now, own);
      if (now !== clean) undo.set(fault, [...(undo.get(fault) ?? []), undoOf(now, clean)]);
    }
    return now;
  });
  return { hosts, undo };
}

/** Whether there is still something to take back: a repair, or whoever does by hand what undoes it, may have come first. */
export function stands(fault: Fault, hosts: readonly HostState[]): boolean {
  return fault.undo.some(({ host, script }) => {
    const now = hosts.find((one) => one.name === host);
    return now !== undefined && compareHosts(now, applyWhatGoes(now, parseCommands(script))).length > 0;
  });
}
