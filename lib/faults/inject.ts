/** Puts a fault into simulated hosts, and says how it is taken back. */
import type { Command } from "../host/command/command.ts";
import { parseCommand } from "../host/command/shell.ts";
import { diff } from "../host/diff/diff.ts";
import { applyAll } from "../host/run.ts";
import type { HostState } from "../host/state.ts";
import type { FaultPlace } from "./kind.ts";

export interface Injected {
  /** All hosts; those that the fault does not touch are the same objects. */
  readonly hosts: readonly HostState[];
  readonly undo: readonly { readonly host: string; readonly commands: readonly Command[] }[];
}

/** Throws CommandError when a line fails, and changes nothing. */
export function inject(hosts: readonly HostState[], place: FaultPlace): Injected {
  const broken = hosts.map((host) => applyAll(host, breaking(place, host.name)));
  const undo = hosts.flatMap((host, i) => {
    const after = broken[i];
    return after === undefined || after === host ? [] : [{ host: host.name, commands: diff(after, host) }];
  });
  return { hosts: broken, undo };
}

/** What it does on one host: empty where it does nothing. */
export function breaking(place: Pick<FaultPlace, "lines">, host: string): Command[] {
  return place.lines.filter((one) => one.host === host).map(({ line }) => parseCommand(line));
}
