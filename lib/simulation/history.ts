/** What was done on a host, why and by whom: the events of the cloud, and the commands that they led to. Bounded. */
import { type Command, CommandError } from "../host/command/command.ts";
import { printCommand } from "../host/command/shell.ts";
import { diff } from "../host/diff/diff.ts";
import type { HostState } from "../host/state.ts";

/** An event of the cloud, or somebody's hand. */
export interface Cause {
  /** Number of the event; absent where there is none. */
  readonly seq?: number;
  /** What it was about: a kind of the store. */
  readonly object?: { readonly kind: string; readonly id: string };
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

/** The host before and after. */
export interface Step {
  readonly from: HostState;
  readonly to: HostState;
}

interface Kept extends Omit<Deed, "commands"> {
  /** Worked out when somebody asks, or when too many hosts of the past would have to be kept for it. */
  work: Step | readonly Command[];
  printed?: readonly string[];
}

/** Commands that a host keeps; a deed is forgotten as a whole. */
const COMMANDS = 20_000;
const DEEDS = 500;
/** States of the past that are kept: they share with the present what did not change. */
const STEPS = 12;

export class History {
  private deeds: Kept[] = [];
  private steps: Kept[] = [];
  private commands = 0;

  add(deed: Omit<Deed, "commands">, work: Step | readonly Command[]): void {
    this.keep({ ...deed, work });
  }

  private keep(kept: Kept): void {
    const { work } = kept;
    this.deeds.push(kept);
    if (isStep(work)) this.steps.push(kept);
    else this.commands += work.length;
    while (this.steps.length > STEPS) this.settle(this.steps.shift());
    while (this.deeds.length > 1 && (this.deeds.length > DEEDS || this.commands > COMMANDS)) this.forget();
  }

  /** A step that came to nothing, with what the system said. Told once for as long as it goes on. */
  fail(deed: Omit<Deed, "commands">, reason: string): void {
    const printed = remarks(reason);
    const again = (one: Kept) =>
      one.agent === deed.agent && one.step === deed.step && one.printed?.join() === printed.join();
    if (!this.deeds.some(again)) this.keep({ ...deed, work: [], printed });
  }

  /** Oldest first. */
  list(): Deed[] {
    for (const one of this.steps.splice(0)) this.settle(one);
    return this.deeds.flatMap(show);
  }

  private settle(deed: Kept | undefined): void {
    if (!deed || !isStep(deed.work)) return;
    const { from, to } = deed.work;
    try {
      deed.work = diff(from, to);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      deed.work = [];
      deed.printed = remarks(error.message);
    }
    this.commands += deed.work.length;
  }

  private forget(): void {
    const oldest = this.deeds.shift();
    if (!oldest) return;
    if (isStep(oldest.work)) this.steps = this.steps.filter((one) => one !== oldest);
    else this.commands -= oldest.work.length;
  }

  /** Only the commands that name a device (or namespace, bridge, port). */
  of(device: string): Deed[] {
    return this.list().flatMap((deed) => {
      const commands = deed.commands.filter((line) => names(line, device));
      return commands.length > 0 ? [{ ...deed, commands }] : [];
    });
  }
}

function remarks(text: string): string[] {
  return text
    .trim()
    .split("\n")
    .map((line) => `# ${line}`);
}

function show(deed: Kept): Deed[] {
  if (isStep(deed.work) || (deed.work.length === 0 && !deed.printed)) return [];
  deed.printed ??= deed.work.map(printCommand);
  const { at, causes, agent, step } = deed;
  return [{ at, causes, agent, step, commands: deed.printed }];
}

function isStep(work: Kept["work"]): work is Step {
  return "from" in work;
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
