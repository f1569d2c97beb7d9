/**
 * A command is data: it prints as the shell line that a real host would run, is parsed from it, and is applied to a host.
 * Each tool has its own folder or file with the three functions; `tools.ts` lists them all.
 */
import type { HostState } from "../state.ts";
import type { BrctlCommand } from "./brctl.ts";
import type { BridgeCommand } from "./bridge.ts";
import type { ConntrackCommand } from "./conntrack.ts";
import type { FileCommand } from "./file.ts";
import type { IpCommand } from "./ip/command.ts";
import type { IpsetCommand } from "./ipset.ts";
import type { IptablesCommand } from "./iptables/command.ts";
import type { OfctlCommand } from "./ovs/ofctl-command.ts";
import type { VsctlCommand } from "./ovs/vsctl-command.ts";
import type { ProcessCommand } from "./process.ts";
import type { SysctlCommand } from "./sysctl.ts";

/** What runs, without where: `tool` discriminates. */
export type ToolCommand =
  | IpCommand
  | BrctlCommand
  | BridgeCommand
  | SysctlCommand
  | VsctlCommand
  | OfctlCommand
  | IptablesCommand
  | IpsetCommand
  | ConntrackCommand
  | ProcessCommand
  | FileCommand;

export interface Command {
  /** `root` for the host's own; else printed as `ip netns exec NAME …`. */
  readonly netns: string;
  readonly run: ToolCommand;
}

/** A line of shell, taken apart. */
export interface Invocation {
  /** The tool's name first. */
  readonly words: readonly string[];
  /** `NAME=VALUE` before the tool's name. */
  readonly environment?: readonly string[];
  /** Standard input: a heredoc in scripts. */
  readonly input?: string;
  /** File that standard output goes to. */
  readonly output?: { readonly file: string; readonly append: boolean };
}

export interface Tool<C> {
  /**
   * Words after the tool's name (`names` may be several: iptables, ip6tables, …), and standard input; `line` has what else
   * the line said. Throws CommandError in the tool's own words.
   */
  parse(name: string, words: readonly string[], input: string | undefined, line: Invocation): C;
  print(command: C): Invocation;
  /** The host afterwards; parts that did not change are the same objects. Throws CommandError as the tool would fail. */
  apply(host: HostState, netns: string, command: C): HostState;
}

/** What a tool prints when it fails, and its exit status. */
export class CommandError extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}
