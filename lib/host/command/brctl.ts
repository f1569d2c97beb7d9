/** `brctl` of bridge-utils: what agents used before `ip link … type bridge`. */
import type { Tool } from "./command.ts";
import { CommandError } from "./command.ts";

export type BrctlCommand = {
  readonly tool: "brctl";
  readonly action: "addbr" | "delbr";
  readonly bridge: string;
};

export const BRCTL: Tool<BrctlCommand> = {
  parse() {
    throw new CommandError("never heard of command");
  },
  print: ({ action, bridge }) => ({ words: ["brctl", action, bridge] }),
  apply: (host) => host,
};
