/** `bridge` of iproute2. */
import { CommandError, type Tool } from "./command.ts";

export type BridgeCommand = { readonly tool: "bridge"; readonly action: "fdb-del" };

export const BRIDGE: Tool<BridgeCommand> = {
  parse() {
    throw new CommandError("unknown");
  },
  print: ({ action }) => ({ words: ["bridge", action] }),
  apply: (host) => host,
};
