/** What was done on a host, why and by whom: the events of the cloud, and the commands that they led to. Bounded. */
import type { Command } from "../host/command/command.ts";
import { printCommand } from "../host/command/shell.ts";

/** An event of the cloud, or somebody's hand. */
export interface Cause {
  /** Number of the event; absent where there is none. */
  readonly seq?: number;
  /** `created port web (1f69615b)` */
  readonly what: string;
}

export interface Deed {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly causes: readonly Cause[];
  /** `openvswitch`, `dhcp`, … or `by hand`. */
  readonly agent: string;
  readonly step: string;
  /** As a shell would take them. */
  readonly commands: readonly string[];
}

interface Kept extends Omit<Deed, "commands"> {
  readonly commands: readonly Command[];
  printed?: readonly string[];
}

/** Commands that a host keeps; a deed is forgotten as a whole. */
const COMMANDS = 20_000;
const DEEDS = 500;

export class History {
  private deeds: Kept[] = [];
  private commands = 0;

  add(deed: Omit<Deed, "commands">, commands: readonly Command[]): void {
    if (commands.length === 0) return;
    this.deeds.push({ ...deed, commands });
    this.commands += commands.length;
    while (this.deeds.length > 1 && (this.deeds.length > DEEDS || this.commands > COMMANDS))
      this.commands -= this.deeds.shift()?.commands.length ?? 0;
  }

  /** Oldest first. */
  list(): Deed[] {
    return this.deeds.map(show);
  }

  /** Only the commands that name a device (or namespace, bridge, port). */
  of(device: string): Deed[] {
    return this.list().flatMap((deed) => {
      const commands = deed.commands.filter((line) => names(line, device));
      return commands.length > 0 ? [{ ...deed, commands }] : [];
    });
  }
}

function show(deed: Kept): Deed {
  deed.printed ??= deed.commands.map(printCommand);
  const { at, causes, agent, step } = deed;
  return { at, causes, agent, step, commands: deed.printed };
}

/** As a word of its own, not within a longer name. */
function names(line: string, device: string): boolean {
  for (let at = line.indexOf(device); at >= 0; at = line.indexOf(device, at + 1))
    if (!isNamePart(line[at - 1]) && !isNamePart(line[at + device.length])) return true;
  return false;
}

function isNamePart(char: string | undefined): boolean {
  return char !== undefined && /[A-Za-z0-9_.-]/.test(char);
}
