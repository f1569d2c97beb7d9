/** `ip` of iproute2. */
import { CommandError, type Tool } from "../command.ts";
import type { IpCommand } from "./command.ts";

export const IP: Tool<IpCommand> = {
  parse() {
    throw new CommandError("unknown");
  },
  print: ({ action }) => ({ words: ["ip", action] }),
  apply: (host) => host,
};
