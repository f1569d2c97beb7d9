/** Commands that are run as they are decided on, so that the next decision sees what they did. */
import type { Command, ToolCommand } from "../command/command.ts";
import { apply } from "../run.ts";
import type { HostState } from "../state.ts";

export interface Change {
  readonly commands: readonly Command[];
  /** The host after them. */
  readonly host: HostState;
}

export class Recorder implements Change {
  readonly commands: Command[] = [];
  host: HostState;

  constructor(host: HostState) {
    this.host = host;
  }

  run(netns: string, run: ToolCommand): void {
    const command = { netns, run };
    this.host = apply(this.host, command);
    this.commands.push(command);
  }
}
